import type { Outgoing } from '@millrace/broker';
import { int64At, Reader, sizeOfVarint, type Writer } from './bytes.js';
import { crc32c } from './crc32c.js';

const OVERHEAD = 61; // from the base offset to the number of records
const CHECKSUM = 17;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Who writes a batch, so that the log can tell a repeated batch from a new one. */
export interface Identity {
  readonly producerId: number;
  readonly epoch: number;
  readonly transactional: boolean;
}

/** Appends one batch of `records`, which must not be empty, as the produce request carries it (its size first). */
export function writeBatch(
  to: Writer,
  records: readonly Outgoing[],
  of: Identity & { sequence: number; now: number },
): void {
  to.reserve(4 + OVERHEAD);
  const sizeAt = to.at;
  const start = sizeAt + 4;
  to.at = start + OVERHEAD;
  for (let i = 0; i < records.length; i++) writeRecord(to, records[i]!, i);
  const end = to.at;

  to.at = sizeAt;
  to.int32(end - start);
  to.int64(0);
  to.int32(end - start - 12);
  to.int32(-1); // the leader's epoch is not the client's to say
  to.int8(2);
  to.int32(0); // the checksum, below
  to.int16(of.transactional ? TRANSACTIONAL : 0);
  to.int32(records.length - 1);
  to.int64(of.now);
  to.int64(of.now);
  to.int64(of.producerId);
  to.int16(of.epoch);
  to.int32(of.sequence);
  to.int32(records.length);
  to.buf.writeUInt32BE(crc32c(to.buf, start + 21, end), start + 17);
  to.at = end;
}

function writeRecord(to: Writer, record: Outgoing, index: number): void {
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
  if (keyLength > 0) to.bytes(key!, keyLength);
  to.varint(valueLength);
  if (valueLength > 0) to.bytes(value!, valueLength);
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

function writeHeader(to: Writer, name: string, value: string | Buffer): void {
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
  /** Why its records cannot be read, where its head says so. */
  readonly damaged?: string;
}

/** Whether its checksum is that of its bytes. */
export function isSound({ whole }: Batch): boolean {
  return whole.readUInt32BE(CHECKSUM) === crc32c(whole, CHECKSUM + 4);
}

/** The whole batches in a fetched record set; the last one is often cut off by the fetch's size limit, and left for the next fetch. */
export function batchesOf(set: Buffer): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at + OVERHEAD <= set.length;) {
    const size = set.readInt32BE(at + 8);
    const end = at + 12 + size;
    if (end > set.length) break;
    if (set[at + 16] !== 2 || size < OVERHEAD - 12) {
      const whole = set.subarray(at, Math.max(end, at + OVERHEAD));
      batches.push(ofAnotherFormat(whole));
      if (size <= 0) break;
    } else batches.push(batchIn(set.subarray(at, end)));
    at = end;
  }
  return batches;
}

function batchIn(whole: Buffer): Batch {
  const baseOffset = int64At(whole, 0);
  const attributes = whole.readInt16BE(21);
  return {
    baseOffset,
    lastOffset: baseOffset + Math.max(whole.readInt32BE(23), 0),
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

/** What Kafka wrote before 0.11, or what is no batch: its place is known, and nothing else. */
function ofAnotherFormat(whole: Buffer): Batch {
  const baseOffset = int64At(whole, 0);
  const damaged = `it is of format ${whole[16]}, and format 2 is read, which Kafka writes since 0.11`;
  const nothing = { producerId: -1, transactional: false, control: false, attributes: 0, count: 0, body: NO_BYTES };
  return { ...nothing, baseOffset, lastOffset: baseOffset, firstTimestamp: 0, maxTimestamp: 0, whole, damaged };
}

const NO_BYTES = Buffer.alloc(0);

/** Whether the transaction that a control batch ends was aborted. */
export function isAbort(control: Batch): boolean {
  const reader = new Reader(control.body);
  reader.varint();
  reader.int8();
  reader.varlong();
  reader.varint();
  reader.varint(); // length of the key, which is a version and a type
  reader.int16();
  return reader.int16() === 0;
}
