import { answerTo, Frames, requestHead } from './frames.js';

function request(correlationId: number, body: string): Buffer {
  const head = Buffer.alloc(14);
  head.writeInt32BE(10 + 3 + body.length, 0);
  head.writeInt16BE(26, 4);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(3, 12);
  return Buffer.concat([head, Buffer.from('pay'), Buffer.from(body)]);
}

test('messages are put together however the network cuts them', () => {
  const sent = [request(1, ''), request(2, 'x'.repeat(50)), request(3, 'y')];
  const stream = Buffer.concat(sent);
  for (const size of [1, 2, 3, 5, 17, 64, stream.length]) {
    const frames = new Frames();
    const got: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) got.push(...frames.push(stream.subarray(at, at + size)));
    expect(got.map((frame) => frame.toString('hex'))).toEqual(sent.map((frame) => frame.toString('hex')));
  }
});

test('a request says what it is and who asks', () => {
  expect(requestHead(request(5, 'body'))).toEqual({ apiKey: 26, correlationId: 5, clientId: 'pay' });
  expect(answerTo(Buffer.from([0, 0, 0, 4, 0, 0, 0, 9]))).toBe(9);
});
