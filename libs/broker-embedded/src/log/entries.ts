import type { Incoming, Outgoing } from '@millrace/broker';

/**
 * The layout of a frame's body. Every entry begins with
 *
 *     0 kind u8 · 1 taken over from an older segment u8 · 2 two bytes of zero · 4 bytes in the entry, these included u32
 *
 * Chunk (records of one partition):
 *
 *     8 topic u32 · 12 partition u32 · 16 base f64 · 24 time f64 · 32 count u32 · 36 records, each:
 *       offset − base u32 · key length i32 · value length i32 · header count u32 · key · value · headers, each:
 *         name length u32 · value length u32 · name · value
 *
 * Finished (what a group has done in one partition):
 *
 *     8 subscription u32 · 12 partition u32 · 16 mark f64 · 24 count u32 · 28 offset − mark u32, each
 *
 * Facts: 8 JSON.
 */
export const ENTRY = { chunk: 1, finished: 2, facts: 3 } as const;
export const CHUNK_HEADER = 36;
const FINISHED_HEADER = 28;
const RECORD_HEADER = 16;

export interface ChunkHead {
  readonly topic: number;
  readonly partition: number;
  readonly base: number;
  readonly time: number;
  readonly count: number;
  /** Rewritten so that an older segment could go: offsets may have gaps. */
  readonly takenOver: boolean;
}

export interface Finished {
  readonly subscription: number;
  readonly partition: number;
  /** All below it is done. */
  readonly mark: number;
  /** The offsets newly done at and above the low watermark. */
  readonly offsets: readonly number[];
}

export function bytesOfRecord(record: Outgoing): number {
  let size = RECORD_HEADER + bytesOf(record.key) + bytesOf(record.value);
  for (const name in record.headers) {
    const value = record.headers[name];
    if (value === undefined) continue;
    for (const one of eachOf(value)) size += 8 + Buffer.byteLength(name) + bytesOf(one);
  }
  return size;
}

export const bytesOfFinished = (count: number): number => FINISHED_HEADER + 4 * count;

/** Writes a chunk of records with offsets from `head.base` on, and adds them as a reader gets them to `into`. Gives back where it ends. */
export function writeChunk(
  { bytes, at, topic }: { bytes: Buffer; at: number; topic: string },
  head: ChunkHead,
  { records, into }: { records: readonly Outgoing[]; into: Incoming[] },
): number {
  let next = at + CHUNK_HEADER;
  let offset = head.base;
  for (const record of records) {
    const start = next;
    next += RECORD_HEADER;
    const key = write(bytes, next, record.key);
    next += key?.length ?? 0;
    const value = write(bytes, next, record.value);
    next += value?.length ?? 0;
    const headers: Record<string, Buffer | Buffer[]> = Object.create(null) as Record<string, Buffer | Buffer[]>;
    let count = 0;
    for (const name in record.headers) {
      const given = record.headers[name];
      if (given === undefined) continue;
      for (const one of eachOf(given)) {
        const nameLength = bytes.write(name, next + 8);
        const written = writeBytes(bytes, next + 8 + nameLength, one);
        bytes.writeUInt32LE(nameLength, next);
        bytes.writeUInt32LE(written.length, next + 4);
        next += 8 + nameLength + written.length;
        addHeader(headers, name, written);
        count++;
      }
    }
    bytes.writeUInt32LE(offset - head.base, start);
    bytes.writeInt32LE(key?.length ?? -1, start + 4);
    bytes.writeInt32LE(value?.length ?? -1, start + 8);
    bytes.writeUInt32LE(count, start + 12);
    into.push({ topic, partition: head.partition, offset, key, value, headers, timestamp: head.time });
    offset++;
  }
  writeChunkHead(bytes, at, { ...head, length: next - at });
  return next;
}

export function writeChunkHead(bytes: Buffer, at: number, head: ChunkHead & { length: number }): void {
  bytes.writeUInt32LE(ENTRY.chunk | (head.takenOver ? 0x100 : 0), at);
  bytes.writeUInt32LE(head.length, at + 4);
  bytes.writeUInt32LE(head.topic, at + 8);
  bytes.writeUInt32LE(head.partition, at + 12);
  bytes.writeDoubleLE(head.base, at + 16);
  bytes.writeDoubleLE(head.time, at + 24);
  bytes.writeUInt32LE(head.count, at + 32);
}

export function readChunkHead(bytes: Buffer, at: number): ChunkHead {
  return {
    topic: bytes.readUInt32LE(at + 8),
    partition: bytes.readUInt32LE(at + 12),
    base: bytes.readDoubleLE(at + 16),
    time: bytes.readDoubleLE(at + 24),
    count: bytes.readUInt32LE(at + 32),
    takenOver: bytes[at + 1] === 1,
  };
}

/** The records of a chunk. Their keys, values and headers are views of `bytes`. */
export function readChunk(bytes: Buffer, at: number, topic: string): Incoming[] {
  const { partition, base, time, count } = readChunkHead(bytes, at);
  const records: Incoming[] = [];
  let next = at + CHUNK_HEADER;
  for (let n = 0; n < count; n++) {
    const offset = base + bytes.readUInt32LE(next);
    const keyLength = bytes.readInt32LE(next + 4);
    const valueLength = bytes.readInt32LE(next + 8);
    const headerCount = bytes.readUInt32LE(next + 12);
    next += RECORD_HEADER;
    const key = keyLength < 0 ? null : bytes.subarray(next, (next += keyLength));
    const value = valueLength < 0 ? null : bytes.subarray(next, (next += valueLength));
    const headers: Record<string, Buffer | Buffer[]> = Object.create(null) as Record<string, Buffer | Buffer[]>;
    for (let h = 0; h < headerCount; h++) {
      const nameEnd = next + 8 + bytes.readUInt32LE(next);
      const end = nameEnd + bytes.readUInt32LE(next + 4);
      addHeader(headers, bytes.toString('utf8', next + 8, nameEnd), bytes.subarray(nameEnd, end));
      next = end;
    }
    records.push({ topic, partition, offset, key, value, headers, timestamp: time });
  }
  return records;
}

/** Returns where each record of a chunk begins and ends, in order, to take some of them over as they are. */
export function recordSpans(bytes: Buffer, at: number): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let next = at + CHUNK_HEADER;
  for (let n = bytes.readUInt32LE(at + 32); n > 0; n--) {
    const start = next;
    next += RECORD_HEADER + Math.max(0, bytes.readInt32LE(start + 4)) + Math.max(0, bytes.readInt32LE(start + 8));
    for (let h = bytes.readUInt32LE(start + 12); h > 0; h--) {
      next += 8 + bytes.readUInt32LE(next) + bytes.readUInt32LE(next + 4);
    }
    spans.push({ start, end: next });
  }
  return spans;
}

export function writeFinished(bytes: Buffer, at: number, finished: Finished): number {
  const length = bytesOfFinished(finished.offsets.length);
  bytes.writeUInt32LE(ENTRY.finished, at);
  bytes.writeUInt32LE(length, at + 4);
  bytes.writeUInt32LE(finished.subscription, at + 8);
  bytes.writeUInt32LE(finished.partition, at + 12);
  bytes.writeDoubleLE(finished.mark, at + 16);
  bytes.writeUInt32LE(finished.offsets.length, at + 24);
  let next = at + FINISHED_HEADER;
  for (const offset of finished.offsets) next = bytes.writeUInt32LE(offset - finished.mark, next);
  return next;
}

export function readFinished(bytes: Buffer, at: number): Finished {
  const mark = bytes.readDoubleLE(at + 16);
  const offsets: number[] = [];
  for (let n = 0; n < bytes.readUInt32LE(at + 24); n++) {
    offsets.push(mark + bytes.readUInt32LE(at + FINISHED_HEADER + 4 * n));
  }
  return { subscription: bytes.readUInt32LE(at + 8), partition: bytes.readUInt32LE(at + 12), mark, offsets };
}

export function factsEntry(facts: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(facts));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(ENTRY.facts, 0);
  head.writeUInt32LE(8 + json.length, 4);
  return Buffer.concat([head, json]);
}

/** Each entry of the body between `from` and `to`. */
export function* entriesOf(
  bytes: Buffer,
  from: number,
  to: number,
): Generator<{ kind: number; at: number; length: number }> {
  for (let at = from; at < to;) {
    const length = bytes.readUInt32LE(at + 4);
    yield { kind: bytes.readUInt8(at), at, length };
    at += Math.max(length, 8);
  }
}

function addHeader(headers: Record<string, Buffer | Buffer[]>, name: string, value: Buffer): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else headers[name] = [before, value];
}

function write(bytes: Buffer, at: number, value: string | Buffer | null): Buffer | null {
  return value === null ? null : writeBytes(bytes, at, value);
}

function writeBytes(bytes: Buffer, at: number, value: string | Buffer): Buffer {
  const length = typeof value === 'string' ? bytes.write(value, at) : value.copy(bytes, at);
  return bytes.subarray(at, at + length);
}

function eachOf(value: string | Buffer | readonly (string | Buffer)[]): readonly (string | Buffer)[] {
  return typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
}

function bytesOf(value: string | Buffer | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
