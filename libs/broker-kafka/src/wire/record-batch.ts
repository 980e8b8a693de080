import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Headers, Incoming, Outgoing } from '@millrace/broker';
import { int64At, Reader, sizeOfVarint, type Writer } from './bytes.js';
import { crc32c } from './crc32c.js';

const OVERHEAD = 61; // from the base offset to the number of records
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
}

/** The whole batches in a fetched record set; the last one is often cut off by the fetch's size limit, and left for the next fetch. */
export function batchesOf(set: Buffer): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at + OVERHEAD <= set.length;) {
    const end = at + 12 + set.readInt32BE(at + 8);
    if (end > set.length) break;
    const magic = set[at + 16];
    if (magic !== 2)
      throw new Error(`Record batch of format ${magic}: Millrace reads format 2, which Kafka writes since 0.11.`);
    const baseOffset = int64At(set, at);
    const attributes = set.readInt16BE(at + 21);
    batches.push({
      baseOffset,
      lastOffset: baseOffset + set.readInt32BE(at + 23),
      producerId: int64At(set, at + 43),
      transactional: (attributes & TRANSACTIONAL) !== 0,
      control: (attributes & CONTROL) !== 0,
      attributes,
      firstTimestamp: int64At(set, at + 27),
      maxTimestamp: int64At(set, at + 35),
      count: set.readInt32BE(at + 57),
      body: set.subarray(at + OVERHEAD, end),
    });
    at = end;
  }
  return batches;
}

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

const LOG_APPEND_TIME = 0x08;

/** Reads a data batch's records from offset `from` on and appends them to `into`. Keys and values are views of the fetched bytes. */
export function readRecords(
  batch: Batch,
  at: { topic: string; partition: number; from: number },
  into: Incoming[],
): void {
  const buffer = decompress(batch);
  const reader = new Reader(buffer);
  const appendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  for (let i = 0; i < batch.count; i++) {
    const length = reader.varint();
    const end = reader.at + length;
    reader.int8();
    const timestampDelta = reader.varlong();
    const offset = batch.baseOffset + reader.varint();
    if (offset < at.from) {
      reader.at = end;
      continue;
    }
    const key = slice(reader);
    const value = slice(reader);
    into.push({
      topic: at.topic,
      partition: at.partition,
      offset,
      key,
      value,
      headers: readHeaders(reader),
      timestamp: appendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta,
    });
    reader.at = end;
  }
}

const NONE: Headers = Object.freeze({});

function readHeaders(reader: Reader): Headers {
  const count = reader.varint();
  if (count === 0) return NONE;
  const headers: Record<string, Buffer | Buffer[]> = {};
  for (let i = 0; i < count; i++) {
    const length = reader.varint();
    const name = reader.buffer.toString('utf8', reader.at, reader.at + length);
    reader.at += length;
    const value = slice(reader) ?? EMPTY;
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (Array.isArray(before)) before.push(value);
    else put(headers, name, before === undefined ? value : [before, value]);
  }
  return headers;
}

const EMPTY = Buffer.alloc(0);

/** Anybody may write a header of any name, `__proto__` too. */
function put(headers: Record<string, Buffer | Buffer[]>, name: string, value: Buffer | Buffer[]): void {
  if (name !== '__proto__') headers[name] = value;
  else Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
}

function slice(reader: Reader): Buffer | null {
  const length = reader.varint();
  if (length < 0) return null;
  reader.at += length;
  return reader.buffer.subarray(reader.at - length, reader.at);
}

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

function decompress({ attributes, body }: Batch): Buffer {
  const codec = attributes & 0x07;
  if (codec === 0) return body;
  if (codec === 1) return gunzipSync(body);
  if (codec === 4) return zstdDecompressSync(body);
  throw new Error(
    `A record batch is compressed with ${CODECS[codec] ?? codec}: set its producer to none, gzip or zstd.`,
  );
}
