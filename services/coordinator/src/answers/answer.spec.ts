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

test('a large answer is kept in less room than it takes, and one from before it was compressed can be read', () => {
  const value = JSON.stringify({ text: 'the same for every run of the batch' });
  const records = Array.from({ length: 100 }, (_, i) => ({ topic: 'a', key: `k${i}`, value }));
  const kept = answerBytes(records);
  const plain = `${JSON.stringify(records.map((one) => ({ ...one, value: value.length })))}\n${value.repeat(100)}`;
  expect(kept.length).toBeLessThan(plain.length / 10);
  expect(answerOf(kept)).toEqual(records);
  expect(answerOf(Buffer.from(plain))).toEqual(records);
});
