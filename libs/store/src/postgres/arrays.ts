/*
 * A column of values as one parameter, in PostgreSQL's binary form, which `pg` sends as it is: nothing is escaped here, nothing parsed there.
 */
const INT4 = 23;
const TEXT = 25;
const FLOAT8 = 701;
const HEAD = 20;

export function texts(values: readonly (string | null)[]): Buffer {
  let size = HEAD;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const buffer = head(TEXT, values.length, size);
  let at = HEAD;
  for (const value of values) {
    const length = value === null ? -1 : buffer.write(value, at + 4);
    buffer.writeInt32BE(length, at);
    at += 4 + Math.max(length, 0);
  }
  return buffer;
}

export function ints(values: readonly number[]): Buffer {
  const buffer = head(INT4, values.length, HEAD + values.length * 8);
  values.forEach((value, i) => {
    buffer.writeInt32BE(4, HEAD + i * 8);
    buffer.writeInt32BE(value, HEAD + i * 8 + 4);
  });
  return buffer;
}

export function floats(values: readonly (number | null)[]): Buffer {
  const buffer = head(FLOAT8, values.length, HEAD + values.length * 12);
  let at = HEAD;
  for (const value of values) {
    buffer.writeInt32BE(value === null ? -1 : 8, at);
    if (value !== null) buffer.writeDoubleBE(value, at + 4);
    at += value === null ? 4 : 12;
  }
  return buffer.subarray(0, at);
}

/** One dimension, of `length` values, counted from 1; whether one of them is null is not asked of this field when it is read. */
function head(type: number, length: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(type, 8);
  if (length === 0) return buffer.subarray(0, 12);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
