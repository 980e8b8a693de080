import { endianness } from 'node:os';

/** Sixteen tables of 256, so that sixteen bytes are folded in at a step (Castagnoli polynomial, reflected). */
const TABLES = tables();
/** Four bytes are read as one number, the first of them lowest; elsewhere each byte is read alone. */
const BY_WORDS = endianness() === 'LE';
const NONE = new Int32Array(0);

/** CRC-32C of `bytes[from, to)`, as Kafka's record batches carry it. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const t = TABLES;
  let crc = -1;
  let at = from;
  const byte = (): void => void (crc = (crc >>> 8) ^ t[(crc ^ bytes[at++]!) & 0xff]!);
  while (at < to && ((bytes.byteOffset + at) & 3) !== 0) byte();
  const whole = BY_WORDS ? (to - at) >> 2 : 0;
  const words = whole > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + at, whole) : NONE;
  const last = words.length & ~3;
  for (let i = 0; i < last; i += 4) {
    const a = crc ^ words[i]!;
    const b = words[i + 1]!;
    const c = words[i + 2]!;
    const d = words[i + 3]!;
    crc =
      t[0xf00 + (a & 0xff)]! ^
      t[0xe00 + ((a >>> 8) & 0xff)]! ^
      t[0xd00 + ((a >>> 16) & 0xff)]! ^
      t[0xc00 + (a >>> 24)]! ^
      t[0xb00 + (b & 0xff)]! ^
      t[0xa00 + ((b >>> 8) & 0xff)]! ^
      t[0x900 + ((b >>> 16) & 0xff)]! ^
      t[0x800 + (b >>> 24)]! ^
      t[0x700 + (c & 0xff)]! ^
      t[0x600 + ((c >>> 8) & 0xff)]! ^
      t[0x500 + ((c >>> 16) & 0xff)]! ^
      t[0x400 + (c >>> 24)]! ^
      t[0x300 + (d & 0xff)]! ^
      t[0x200 + ((d >>> 8) & 0xff)]! ^
      t[0x100 + ((d >>> 16) & 0xff)]! ^
      t[d >>> 24]!;
  }
  at += last * 4;
  while (at < to) byte();
  return ~crc >>> 0;
}

function tables(): Int32Array {
  const made = new Int32Array(16 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    made[n] = c;
  }
  for (let n = 256; n < made.length; n++) {
    const before = made[n - 256]!;
    made[n] = (before >>> 8) ^ made[before & 0xff]!;
  }
  return made;
}
