/** A column of values as a parameter, in the form that costs its server least. */
export interface Arrays {
  texts(values: readonly (string | null)[]): unknown;
  ints(values: readonly number[]): unknown;
  floats(values: readonly (number | null)[]): unknown;
}

/** As they are: the client makes text of them, which has to be escaped here and parsed there. */
export const PLAIN_ARRAYS: Arrays = {
  texts: (values) => values,
  ints: (values) => values,
  floats: (values) => values,
};

const INT4 = 23;
const TEXT = 25;
const FLOAT8 = 701;
const HEAD = 20;

/** In PostgreSQL's binary form, which `pg` sends as it is: nothing is escaped, nothing parsed. */
export const BINARY_ARRAYS: Arrays = {
  texts(values) {
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
  },
  ints(values) {
    const buffer = head(INT4, values.length, HEAD + values.length * 8);
    values.forEach((value, i) => {
      buffer.writeInt32BE(4, HEAD + i * 8);
      buffer.writeInt32BE(value, HEAD + i * 8 + 4);
    });
    return buffer;
  },
  floats(values) {
    const buffer = head(FLOAT8, values.length, HEAD + values.length * 12);
    let at = HEAD;
    for (const value of values) {
      buffer.writeInt32BE(value === null ? -1 : 8, at);
      if (value !== null) buffer.writeDoubleBE(value, at + 4);
      at += value === null ? 4 : 12;
    }
    return buffer.subarray(0, at);
  },
};

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
