import { murmur2, partitionFor } from './partition.js';

describe('partitions', () => {
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('the key %j hashes as in every Kafka client', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash & 0x7fffffff);
  });

  test('a key falls to the same partition as text and as bytes', () => {
    expect(partitionFor('schlüssel', 7)).toBe(partitionFor(Buffer.from('schlüssel'), 7));
    expect(partitionFor('foobar', 12)).toBe((-790332482 & 0x7fffffff) % 12);
  });
});
