import type { Outgoing } from './broker.js';
import { BrokerError } from './errors.js';
import { partitionFor } from './partition.js';

/** A pack is closed before it grows past so many bytes of value; a single value that is larger travels alone. */
export const PACK_BYTES = 512 * 1024;

/** Returns the size in bytes that counts against `maxRecordBytes`: key, value and headers, with the headers' names. */
export function sizeOf(record: Outgoing): number {
  let size = bytes(record.key) + bytes(record.value);
  for (const name in record.headers) {
    const value = record.headers[name];
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) size += Buffer.byteLength(name) + bytes(one);
  }
  return size;
}

/** A bound of `sizeOf` that counts no bytes: text has at most three for each unit of its length. */
export function sizeAtMost(record: Outgoing): number {
  let units = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const name in record.headers) {
    const value = record.headers[name];
    if (value === undefined) continue;
    if (!Array.isArray(value)) units += name.length + value.length;
    else for (const one of value as readonly (string | Buffer)[]) units += name.length + one.length;
  }
  return units * 3;
}

/** Returns true when `sizeOf(record)` is at most `limit`. */
export const fits = (record: Outgoing, limit: number): boolean =>
  sizeAtMost(record) <= limit || sizeOf(record) <= limit;

/** @throws {BrokerError} `RECORD_TOO_LARGE`, naming the topic, for the first record that is larger than `maxRecordBytes` */
export function refuseTooLarge(records: readonly Outgoing[], maxRecordBytes: number): void {
  for (const record of records) {
    if (fits(record, maxRecordBytes)) continue;
    const size = sizeOf(record);
    throw new BrokerError(
      'RECORD_TOO_LARGE',
      `A record for ${record.topic} has ${size} bytes and the broker takes at most ${maxRecordBytes}. ` +
        'Send less in it (for instance a reference to the data), or raise the limit of the broker.',
    );
  }
}

/**
 * Returns the records that are written for `records`: `packed` values of one topic and partition become records whose value is a
 * JSON array of them, without a key and with the first one's headers; all others stay what they are. Each
 * topic-partition's values keep their order. `partitionsOf` is asked only for topics that have packed records.
 */
export function pack(
  records: readonly Outgoing[],
  partitionsOf: (topic: string) => number,
  maxBytes = PACK_BYTES,
): readonly Outgoing[] {
  if (!records.some((record) => record.packed)) return records;
  const written: (Outgoing | Pack)[] = [];
  const topics = new Map<string, Map<number, Pack>>();
  for (const record of records) {
    const open = topics.get(record.topic);
    if (!record.packed) {
      written.push(record);
      // What is packed later must not overtake this record.
      if (open) open.delete(partitionOf(record, partitionsOf));
      continue;
    }
    const packs = open ?? new Map<number, Pack>();
    if (!open) topics.set(record.topic, packs);
    const partition = partitionOf(record, partitionsOf);
    const size = bytes(record.value) + 1;
    let pack = packs.get(partition);
    if (!pack || pack.size + size > maxBytes) {
      pack = { first: record, partition, values: [], size: 1 };
      packs.set(partition, pack);
      written.push(pack);
    }
    pack.values.push(record.value ?? 'null');
    pack.size += size;
  }
  return written.map((one) => ('values' in one ? closed(one) : one));
}

interface Pack {
  readonly first: Outgoing;
  readonly partition: number;
  readonly values: (string | Buffer)[];
  size: number;
}

/** Records that may go anywhere: those of one commit go together. */
const ANYWHERE = -1;

function partitionOf(record: Outgoing, partitionsOf: (topic: string) => number): number {
  if (record.partition !== undefined) return record.partition;
  return record.key === null ? ANYWHERE : partitionFor(record.key, partitionsOf(record.topic));
}

function closed({ first, partition, values }: Pack): Outgoing {
  return {
    topic: first.topic,
    key: null,
    value: arrayOf(values),
    ...(partition !== ANYWHERE && { partition }),
    ...(first.headers && { headers: first.headers }),
  };
}

function arrayOf(values: readonly (string | Buffer)[]): string | Buffer {
  if (values.every((value) => typeof value === 'string')) return `[${values.join(',')}]`;
  const parts: Buffer[] = [];
  for (const value of values) {
    parts.push(parts.length === 0 ? OPEN : COMMA, typeof value === 'string' ? Buffer.from(value) : value);
  }
  parts.push(CLOSE);
  return Buffer.concat(parts);
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

function bytes(value: string | Buffer | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
