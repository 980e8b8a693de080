import { crc32 } from 'node:zlib';

/**
 * A frame is one commit: it is in the log whole or not at all.
 *
 *     0 magic u32 · 4 bytes in the body u32 · 8 crc32 of all that follows · 12 reserved u32
 *     16 address of the frame f64 · 24 address below which all was on the disk when it was written f64 · 32 body
 */
export const FRAME_HEADER = 32;
const MAGIC = 0x4d524c31;
/** A body is never longer; anything that says so is not a frame. */
const MAX_BODY = 1 << 30;

export interface FrameHead {
  readonly length: number;
  readonly durable: number;
}

/** Fills in the head of a frame whose body is in place. */
export function seal(frame: Buffer, address: number, durable: number): void {
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(frame.length - FRAME_HEADER, 4);
  frame.writeUInt32LE(0, 12);
  frame.writeDoubleLE(address, 16);
  frame.writeDoubleLE(durable, 24);
  frame.writeUInt32LE(crc32(frame.subarray(12)), 8);
}

/** The frame at `at`, whose address must be `address`; undefined where there is no whole and undamaged one. */
export function frameAt(bytes: Buffer, at: number, address: number): FrameHead | undefined {
  if (at + FRAME_HEADER > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  const length = FRAME_HEADER + bytes.readUInt32LE(at + 4);
  if (length > MAX_BODY || at + length > bytes.length || bytes.readDoubleLE(at + 16) !== address) return undefined;
  if (crc32(bytes.subarray(at + 12, at + length)) !== bytes.readUInt32LE(at + 8)) return undefined;
  return { length, durable: bytes.readDoubleLE(at + 24) };
}

/**
 * Returns true when unreadable bytes at `at` had been on the disk: a whole frame behind them shows that. If there is none, it is the torn
 * end that a crash leaves, of which nothing had been acknowledged.
 */
export function wasDurable(bytes: Buffer, at: number, start: number): boolean {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  for (let next = bytes.indexOf(magic, at + 1); next >= 0; next = bytes.indexOf(magic, next + 1)) {
    const frame = frameAt(bytes, next, start + next);
    if (frame && frame.durable > start + at) return true;
  }
  return false;
}
