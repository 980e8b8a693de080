import { answerOf, answerBytes } from './answer.js';

test('an answer that is kept and read back is the same, bytes and repeated headers included', () => {
  const records = [
    { topic: 'a', key: null, value: '{"$base64":"not bytes","base64":"nor this"}', packed: true },
    { topic: 'b', key: 'k', value: null, partition: 3 },
    {
      topic: 'c',
      key: Buffer.from([0, 255]),
      value: Buffer.from([1, 2, 254]),
      headers: { text: 'plain', bytes: Buffer.from([9]), twice: ['one', Buffer.from([2])] },
    },
  ];
  expect(answerOf(answerBytes(records))).toEqual(records);
});
