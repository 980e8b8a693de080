// As a whole: an older Node.js has no zstd, and is to be told so by a sentence, not by a name that is not exported.
import zlib from 'node:zlib';
import { snappyUncompressor } from 'hysnappy';
import { uncompressSync } from 'lz4-napi';

/** Unpacks a batch's body. Throws as soon as it is known to unpack to more than `most` bytes, before they are held. */
type Unpack = (body: Buffer, most: number) => Buffer;

interface Codec {
  readonly name: string;
  readonly unpack: Unpack;
}

class TooLarge extends Error {}

/** Codecs by the number that a batch's attributes name them by. */
const CODECS: ReadonlyMap<number, Codec> = new Map([
  [0, { name: 'none', unpack: (body: Buffer) => body }],
  [1, { name: 'gzip', unpack: (body: Buffer, most: number) => zlib.gunzipSync(body, { maxOutputLength: most }) }],
  [2, { name: 'snappy', unpack: unpackSnappy }],
  [3, { name: 'lz4', unpack: unpackLz4 }],
  [
    4,
    { name: 'zstd', unpack: (body: Buffer, most: number) => zlib.zstdDecompressSync(body, { maxOutputLength: most }) },
  ],
]);

/** Unpacks what is compressed with the codec of that number. @throws {Error} whose message completes "The batch cannot be read: …" */
export function unpacked(codec: number, body: Buffer, most: number): Buffer {
  const found = CODECS.get(codec);
  if (!found) {
    const names = [...CODECS.values()].map(({ name }) => name).join(', ');
    throw new Error(`it is compressed with codec ${codec}, and those that are read are ${names}`);
  }
  try {
    return found.unpack(body, most);
  } catch (cause) {
    const large = cause instanceof TooLarge || (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    const why = large ? `it unpacks to more than ${most} bytes` : `its ${found.name} data is damaged`;
    throw new Error(why, { cause });
  }
}

/** The beginning of snappy-java's streams, which Java clients write; after it come two version numbers. */
const SNAPPY_STREAM = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const SNAPPY_STREAM_HEADER = 16;
let uncompressSnappy: ReturnType<typeof snappyUncompressor> | undefined;

/** Unpacks one Snappy block, as librdkafka writes, or a stream of blocks, each after its length, as snappy-java does. */
function unpackSnappy(body: Buffer, most: number): Buffer {
  if (!body.subarray(0, SNAPPY_STREAM.length).equals(SNAPPY_STREAM)) return unpackSnappyBlock(body, most);
  const parts: Buffer[] = [];
  let left = most;
  for (let at = SNAPPY_STREAM_HEADER; at < body.length;) {
    const end = at + 4 + body.readInt32BE(at);
    if (end < at + 4 || end > body.length) throw new RangeError('A block is cut off');
    const part = unpackSnappyBlock(body.subarray(at + 4, end), left);
    left -= part.length;
    parts.push(part);
    at = end;
  }
  return Buffer.concat(parts);
}

function unpackSnappyBlock(block: Buffer, most: number): Buffer {
  const size = sizeOfSnappyBlock(block);
  if (size > most) throw new TooLarge();
  uncompressSnappy ??= snappyUncompressor();
  const { buffer, byteOffset, length } = uncompressSnappy(block, size);
  return Buffer.from(buffer, byteOffset, length);
}

/** A block begins with the number of bytes that it unpacks to. */
function sizeOfSnappyBlock(block: Buffer): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block.readUInt8(i);
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return size;
  }
  throw new RangeError('A number has no end');
}

const LZ4_FRAME = 0x184d2204;
const LZ4_FLAGS = { independent: 0x20, blockChecksums: 0x10, contentSize: 0x08, dictionary: 0x01 };
const LZ4_UNCOMPRESSED = 0x8000_0000;

/**
 * Unpacks one LZ4 frame block by block, so that no more is held than is allowed. The frame's own checksums are not
 * looked at: the batch's covers all of its bytes, and old clients wrote a wrong one.
 */
function unpackLz4(body: Buffer, most: number): Buffer {
  if (body.readUInt32LE(0) !== LZ4_FRAME) throw new RangeError('This is no LZ4 frame');
  const flags = body.readUInt8(4);
  // Kafka's own reader knows no others, so nothing in a log is written so.
  if (!(flags & LZ4_FLAGS.independent) || flags & LZ4_FLAGS.dictionary) throw new RangeError('Blocks depend on others');
  const blockSize = 2 ** (8 + 2 * ((body.readUInt8(5) >> 4) & 7));
  const parts: Buffer[] = [];
  let left = most;
  let at = flags & LZ4_FLAGS.contentSize ? 15 : 7;
  for (;;) {
    const head = body.readUInt32LE(at);
    if (head === 0) return Buffer.concat(parts);
    const end = at + 4 + (head % LZ4_UNCOMPRESSED);
    if (end > body.length) throw new RangeError('A block is cut off');
    const block = body.subarray(at + 4, end);
    const part = head >= LZ4_UNCOMPRESSED ? block : unpackLz4Block(block, blockSize);
    left -= part.length;
    if (left < 0) throw new TooLarge();
    parts.push(part);
    at = flags & LZ4_FLAGS.blockChecksums ? end + 4 : end;
  }
}

/** The library asks for the most that a block may unpack to in front of it. */
function unpackLz4Block(block: Buffer, blockSize: number): Buffer {
  const sized = Buffer.allocUnsafe(4 + block.length);
  sized.writeUInt32LE(blockSize, 0);
  block.copy(sized, 4);
  return uncompressSync(sized);
}
