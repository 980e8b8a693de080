import { floats, ints, texts } from './arrays.js';

/** Reads what PostgreSQL's `array_recv` reads, by its description of the format. */
function read(buffer: Buffer): { type: number; values: (Buffer | null)[] } {
  const type = buffer.readInt32BE(8);
  if (buffer.readInt32BE(0) === 0) return { type, values: [] };
  const values: (Buffer | null)[] = [];
  let at = 20;
  for (let left = buffer.readInt32BE(12); left > 0; left--) {
    const length = buffer.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : buffer.subarray(at, (at += length)));
  }
  expect(at).toBe(buffer.length);
  return { type, values };
}

test('texts keep every character, and what is absent stays absent', () => {
  const words = ['', 'plain', '"quoted", {braced}\\', 'ünï 🦄', null, 'NULL'];
  const { type, values } = read(texts(words));
  expect(type).toBe(25);
  expect(values.map((value) => value && value.toString())).toEqual(words);
});

test('numbers keep their value, times to the fraction', () => {
  const whole = read(ints([0, -1, 2_147_483_647]));
  expect(whole.values.map((value) => value!.readInt32BE())).toEqual([0, -1, 2_147_483_647]);
  const { type, values } = read(floats([1_795_670_731.575, null, -0.5]));
  expect(type).toBe(701);
  expect(values.map((value) => value && value.readDoubleBE())).toEqual([1_795_670_731.575, null, -0.5]);
});

test('nothing is an array without a dimension', () => {
  expect(read(texts([]))).toEqual({ type: 25, values: [] });
});
