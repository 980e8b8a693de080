import type { Headers, Incoming } from '@millrace/broker';
import { ByteReader } from './bytes.js';
import { unpacked } from './compression.js';
import type { Batch } from './record-batch.js';

const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;

interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** A batch that unpacks to more bytes is not read. */
  readonly maxUnpackedBytes: number;
}

/**
 * Reads a data batch's records from offset `from` on and appends them to `into`. Keys and values are views of the fetched
 * bytes. A batch that cannot be read becomes one record that says so and has the batch's bytes. Returns how many bytes
 * the batch takes in memory.
 */
export function readRecords(batch: Batch, place: RecordPosition, into: Incoming[]): number {
  const before = into.length;
  try {
    if (batch.damaged !== undefined) throw new Error(batch.damaged);
    const body = unpacked(batch.attributes & CODEC, batch.body, place.maxUnpackedBytes);
    readAll(batch, new ByteReader(body), { ...place, into });
    return body.length;
  } catch (error) {
    into.length = before;
    into.push(damaged(batch, place, error instanceof Error ? error.message : 'unknown'));
    return batch.whole.length;
  }
}

function damaged({ baseOffset, lastOffset, maxTimestamp, whole }: Batch, place: RecordPosition, why: string): Incoming {
  const { topic, partition, from } = place;
  const offset = Math.max(baseOffset, from);
  const range = lastOffset > offset ? ` (offsets ${offset} to ${lastOffset})` : '';
  const at = { topic, partition, offset, timestamp: Math.max(maxTimestamp, 0) };
  return { ...at, key: null, value: whole, headers: NONE, damaged: why + range };
}

function readAll(
  batch: Batch,
  reader: ByteReader,
  { topic, partition, from, into }: RecordPosition & { readonly into: Incoming[] },
): void {
  const appendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  for (let i = 0; i < batch.count; i++) {
    const length = reader.varint();
    const end = reader.at + length;
    if (!(length > 0 && end <= reader.buffer.length)) throw new Error(CUT);
    reader.int8();
    const timestampDelta = reader.varlong();
    const offset = batch.baseOffset + reader.varint();
    if (offset < batch.baseOffset || offset > batch.lastOffset) throw new Error('a record is outside of its batch');
    if (offset < from) {
      reader.at = end;
      continue;
    }
    const key = slice(reader);
    const value = slice(reader);
    const headers = readHeaders(reader);
    if (reader.at > end) throw new Error(CUT);
    const timestamp = appendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta;
    into.push({ topic, partition, offset, key, value, headers, timestamp });
    reader.at = end;
  }
  if (reader.at !== reader.buffer.length) throw new Error('it goes on behind its last record');
}

const CUT = 'a record is cut off';
const NONE: Headers = Object.freeze({});

function readHeaders(reader: ByteReader): Headers {
  const count = reader.varint();
  if (count === 0) return NONE;
  if (count < 0 || count > reader.buffer.length - reader.at) throw new Error(CUT);
  const headers: Record<string, Buffer | Buffer[]> = {};
  for (let i = 0; i < count; i++) {
    const name = (slice(reader) ?? EMPTY).toString('utf8');
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

function slice(reader: ByteReader): Buffer | null {
  const length = reader.varint();
  if (length < 0) return null;
  reader.at += length;
  if (reader.at > reader.buffer.length) throw new Error(CUT);
  return reader.buffer.subarray(reader.at - length, reader.at);
}
