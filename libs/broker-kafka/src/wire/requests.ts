import type { Outgoing } from '@millrace/broker';
import { type AbortedTransaction, readCommitted } from '../fetch/read-committed.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { type Batch, batchesOf, type Identity, writeBatch } from './record-batch.js';

/** A request in the shape that kafkajs's connections send. */
export interface WireRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<T>;
    readonly parse: (decoded: T) => Promise<T>;
  };
  readonly requestTimeout?: number;
  readonly logResponseError: boolean;
}

/** Makes a request of what it is, how it is written and how its answer is read. */
export function wire<T>(
  options: { apiKey: number; apiVersion: number; apiName: string; requestTimeout?: number },
  encode: () => ByteWriter,
  decode: (reader: ByteReader) => T,
): WireRequest<T> {
  const { requestTimeout, ...api } = options;
  return {
    request: { ...api, encode: async () => encode() },
    response: { decode: async (payload) => decode(new ByteReader(payload)), parse: async (decoded) => decoded },
    ...(requestTimeout !== undefined && { requestTimeout }),
    logResponseError: false,
  };
}

function byTopic<T extends { readonly topic: string }>(items: readonly T[]): Map<string, T[]> {
  const topics = new Map<string, T[]>();
  for (const item of items) {
    const already = topics.get(item.topic);
    if (already) already.push(item);
    else topics.set(item.topic, [item]);
  }
  return topics;
}

/** One batch: what a produce request writes to one partition. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly Outgoing[];
  readonly sequence: number;
}

export interface ProduceResult {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

/** Produce, version 7, acknowledged by all in-sync replicas. */
export function produce(
  batches: readonly PartitionBatch[],
  by: Identity & { transactionalId: string | null; timeoutMs: number; now: number },
): WireRequest<readonly ProduceResult[]> {
  const encode = (): ByteWriter => {
    const to = new ByteWriter(16 * 1024);
    to.string(by.transactionalId);
    to.reserve(16);
    to.int16(-1);
    to.int32(by.timeoutMs);
    const topics = byTopic(batches);
    to.int32(topics.size);
    for (const [name, ofTopic] of topics) {
      to.string(name);
      to.reserve(4);
      to.int32(ofTopic.length);
      for (const { partition, records, sequence } of ofTopic) {
        to.reserve(4);
        to.int32(partition);
        writeBatch(to, records, { ...by, sequence });
        to.reserve(8);
      }
    }
    return to;
  };
  return wire(
    { apiKey: 0, apiVersion: 7, apiName: 'Produce', requestTimeout: by.timeoutMs + 1_000 },
    encode,
    (reader): readonly ProduceResult[] => {
      const results: ProduceResult[] = [];
      for (let topics = reader.int32(); topics > 0; topics--) {
        const topic = reader.string();
        for (let partitions = reader.int32(); partitions > 0; partitions--) {
          results.push({ topic, partition: reader.int32(), errorCode: reader.int16() });
          reader.at += 24; // base offset, time of append, start of the log
        }
      }
      return results;
    },
  );
}

export interface FetchPosition extends Position {
  /** The most bytes of the partition in one answer; a first batch that is larger comes whole. */
  readonly maxBytes: number;
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Fetched extends Position {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Data batches of committed transactions and of none; their records below `offset` are not wanted. */
  readonly batches: readonly Batch[];
  /** The offset to go on from: past everything that was read, control records and aborted records included. */
  readonly next: number;
}

/** Fetch, version 11, committed records only, without a session. */
export function fetch(
  wanted: readonly FetchPosition[],
  limits: { maxWaitMs: number; maxBytes: number },
): WireRequest<readonly Fetched[]> {
  const encode = (): ByteWriter => {
    const to = new ByteWriter(256 + wanted.length * 64);
    to.int32(-1);
    to.int32(limits.maxWaitMs);
    to.int32(1);
    to.int32(limits.maxBytes);
    to.int8(1); // read committed
    to.int32(0);
    to.int32(-1);
    const topics = byTopic(wanted);
    to.int32(topics.size);
    for (const [name, ofTopic] of topics) {
      to.string(name);
      to.reserve(4 + ofTopic.length * 28);
      to.int32(ofTopic.length);
      for (const { partition, offset, maxBytes } of ofTopic) {
        to.int32(partition);
        to.int32(-1);
        to.int64(offset);
        to.int64(-1);
        to.int32(maxBytes);
      }
      to.reserve(16);
    }
    to.int32(0);
    to.string('');
    return to;
  };
  const requestTimeout = limits.maxWaitMs + 30_000;
  return wire({ apiKey: 1, apiVersion: 11, apiName: 'Fetch', requestTimeout }, encode, (reader) =>
    readFetch(reader, wanted),
  );
}

function readFetch(reader: ByteReader, wanted: readonly FetchPosition[]): readonly Fetched[] {
  reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const fetched: Fetched[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--)
      fetched.push(readPartition(reader, topic, wanted));
  }
  return errorCode === 0 ? fetched : wanted.map((one) => ({ ...one, ...NOTHING, next: one.offset, errorCode }));
}

const NOTHING = { highWatermark: 0, lastStableOffset: 0, batches: [] };

function readPartition(reader: ByteReader, topic: string, wanted: readonly FetchPosition[]): Fetched {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  reader.int64();
  const aborted: AbortedTransaction[] = [];
  for (let count = reader.int32(); count > 0; count--) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  }
  reader.int32();
  const size = Math.max(reader.int32(), 0);
  const set = reader.buffer.subarray(reader.at, reader.at + size);
  reader.at += size;
  const offset = wanted.find((one) => one.topic === topic && one.partition === partition)?.offset ?? 0;
  const batches = batchesOf(set, lastStableOffset);
  const last = batches.at(-1);
  // Kafka gives no batch that ends before what was asked for; whatever its head says, reading goes on behind it.
  const next = last ? Math.max(last.lastOffset, offset) + 1 : offset;
  return {
    topic,
    partition,
    offset,
    errorCode,
    highWatermark,
    lastStableOffset,
    batches: readCommitted(batches, aborted),
    next,
  };
}
