import type { Outgoing } from '@millrace/broker';
import { int64At, ByteReader, sizeOfVarint, type ByteWriter } from './bytes.js';
import { crc32c } from './crc32c.js';

const OVERHEAD = 61; // from the base offset to the number of records
const CHECKSUM = 17;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** The producer of a batch, by which the log can tell a repeated batch from a new one. */
export interface Identity {
  readonly producerId: number;
  readonly epoch: number;
  readonly transactional: boolean;
}

/** Appends one batch of `records`, which must not be empty, as the produce request carries it (its size first). */
export function writeBatch(
  to: ByteWriter,
  records: readonly Outgoing[],
  options: Identity & { sequence: number; now: number },
): void {
  to.reserve(4 + OVERHEAD);
  const sizeAt = to.at;
  const start = sizeAt + 4;
  to.at = start + OVERHEAD;
  records.forEach((record, i) => writeRecord(to, record, i));
  const end = to.at;

  to.at = sizeAt;
  to.int32(end - start);
  to.int64(0);
  to.int32(end - start - 12);
  to.int32(-1); // the leader's epoch is not the client's to say
  to.int8(2);
  to.int32(0); // the checksum, below
  to.int16(options.transactional ? TRANSACTIONAL : 0);
  to.int32(records.length - 1);
  to.int64(options.now);
  to.int64(options.now);
  to.int64(options.producerId);
  to.int16(options.epoch);
  to.int32(options.sequence);
  to.int32(records.length);
  to.buf.writeUInt32BE(crc32c(to.buf, start + 21, end), start + 17);
  to.at = end;
}

function writeRecord(to: ByteWriter, record: Outgoing, index: number): void {
  const { key, value, headers } = record;
  const keyLength = lengthOf(key);
  const valueLength = lengthOf(value);
  let size = 2 + sizeOfVarint(index) + sizeOfVarint(keyLength) + sizeOfVarint(valueLength);
  size += Math.max(keyLength, 0) + Math.max(valueLength, 0);
  let count = 0;
  for (const name in headers) {
    const header = headers[name];
    if (header === undefined) continue;
    if (Array.isArray(header)) for (const one of header) size += sizeOfHeader(name, one);
    else size += sizeOfHeader(name, header as string | Buffer);
    count += Array.isArray(header) ? header.length : 1;
  }
  size += sizeOfVarint(count);

  to.reserve(5 + size);
  to.varint(size);
  to.int8(0);
  to.int8(0); // all records of a batch carry the batch's time
  to.varint(index);
  to.varint(keyLength);
  if (key !== null && keyLength > 0) to.bytes(key, keyLength);
  to.varint(valueLength);
  if (value !== null && valueLength > 0) to.bytes(value, valueLength);
  to.varint(count);
  for (const name in headers) {
    const header = headers[name];
    if (header === undefined) continue;
    if (Array.isArray(header)) for (const one of header) writeHeader(to, name, one);
    else writeHeader(to, name, header as string | Buffer);
  }
}

function sizeOfHeader(name: string, value: string | Buffer): number {
  const nameLength = Buffer.byteLength(name);
  const length = lengthOf(value);
  return sizeOfVarint(nameLength) + nameLength + sizeOfVarint(length) + length;
}

function writeHeader(to: ByteWriter, name: string, value: string | Buffer): void {
  const nameLength = Buffer.byteLength(name);
  to.varint(nameLength);
  to.bytes(name, nameLength);
  const length = lengthOf(value);
  to.varint(length);
  to.bytes(value, length);
}

function lengthOf(value: string | Buffer | null): number {
  if (value === null) return -1;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

/** A batch as the log has it, its records not read yet. */
export interface Batch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly transactional: boolean;
  /** A control batch holds one marker that ends a transaction, and no data. */
  readonly control: boolean;
  readonly attributes: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
  readonly body: Buffer;
  /** All of it, as it was fetched. */
  readonly whole: Buffer;
  /** The reason for which its records cannot be read, where its head says so. */
  readonly damaged?: string;
}

/**
 * The whole batches in a fetched record set, which goes up to `end` at most; the last one is often cut off by the
 * fetch's size limit, and left for the next fetch.
 */
export function batchesOf(set: Buffer, end = Infinity): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at + OVERHEAD <= set.length;) {
    const size = set.readInt32BE(at + 8);
    const next = at + 12 + size;
    if (next > set.length) break;
    const readable = set[at + 16] === 2 && size >= OVERHEAD - 12;
    const whole = set.subarray(at, readable ? next : Math.max(next, at + OVERHEAD));
    const problem = readable
      ? problemOf(whole)
      : `it is of format ${whole[16]}, and format 2 is read, which Kafka writes since 0.11`;
    if (problem === undefined) batches.push(batchIn(whole));
    else {
      const behind = size > 0 && next + 8 <= set.length ? int64At(set, next) : undefined;
      batches.push(unreadable(whole, { problem, end: behind ?? Math.min(claimedEnd(whole), end) }));
    }
    if (size <= 0) break;
    at = next;
  }
  return batches;
}

function problemOf(whole: Buffer): string | undefined {
  const sound = whole.readUInt32BE(CHECKSUM) === crc32c(whole, CHECKSUM + 4);
  return sound ? undefined : 'its checksum does not fit its bytes';
}

function batchIn(whole: Buffer): Batch {
  const baseOffset = int64At(whole, 0);
  const attributes = whole.readInt16BE(21);
  return {
    baseOffset,
    lastOffset: claimedEnd(whole) - 1,
    producerId: int64At(whole, 43),
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    attributes,
    firstTimestamp: int64At(whole, 27),
    maxTimestamp: int64At(whole, 35),
    count: whole.readInt32BE(57),
    body: whole.subarray(OVERHEAD),
    whole,
  };
}

/** The first offset behind the batch, as its own head has it. */
function claimedEnd(whole: Buffer): number {
  return int64At(whole, 0) + Math.max(whole.readInt32BE(23), 0) + 1;
}

/** A batch whose head is not to be trusted: where it begins is known, and that it ends where the next one begins. */
function unreadable(whole: Buffer, { problem, end }: { problem: string; end: number }): Batch {
  const baseOffset = int64At(whole, 0);
  const lastOffset = Math.max(baseOffset, end - 1);
  const nothing = { producerId: -1, transactional: false, control: false, attributes: 0, count: 0, body: NO_BYTES };
  return { ...nothing, baseOffset, lastOffset, firstTimestamp: 0, maxTimestamp: 0, whole, damaged: problem };
}

const NO_BYTES = Buffer.alloc(0);

/** Returns true when the transaction that a control batch ends was aborted. */
export function isAbort(control: Batch): boolean {
  const reader = new ByteReader(control.body);
  reader.varint();
  reader.int8();
  reader.varlong();
  reader.varint();
  reader.varint(); // length of the key, which is a version and a type
  reader.int16();
  return reader.int16() === 0;
}
