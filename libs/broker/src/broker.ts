import type { Incoming } from './incoming.js';
import type { Inspection } from './inspection.js';

export interface Outgoing {
  readonly topic: string;
  /** Decides the partition (murmur2, as every Kafka client does) unless `partition` is given. */
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  /** An array sends the header once for each element, in order. What a record came with can be passed on as it is. */
  readonly headers?: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[] | undefined>>;
  readonly partition?: number;
  /**
   * The value is one JSON text; those of one commit that fall to the same partition travel as one record whose value is
   * a JSON array of them (split before it grows past the size limit). The record has no key and the first one's headers.
   */
  readonly packed?: boolean;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Keeps the newest record of each key for ever, instead of all records for a time. */
  readonly compacted?: boolean;
  /** The keys of a compacted topic are written over and deleted all the time: the broker removes old records within minutes, not days, where that is a setting. */
  readonly churns?: boolean;
}

/** Decides what a consumer does about a record that it can never handle, so that the record holds up no other. */
export interface Parking {
  /**
   * Tells whether the error is about the record, so that the record fails again however often it comes. False for what
   * is away and comes back by itself (a store, a broker, a full disk): the record is then waited for, and never parked.
   */
  readonly blames: (error: unknown) => boolean;
  /** Returns what is committed in place of the record's answer: a dead letter, mostly. */
  readonly park: (record: Incoming, error: unknown) => Promise<readonly Outgoing[]>;
}

export interface Source {
  readonly topic: string;
  readonly group: string;
  /** The number of records that this process handles at once, over all its partitions. */
  readonly concurrency: number;
  /** The distance from a partition's oldest unfinished record to the newest one in hand, in records, at most. Default 4,096 or what the offset's metadata can hold. */
  readonly window?: number;
  /** Records with the same key are handled one after the other, in the log's order. */
  readonly ordered?: 'by-key';
  /**
   * Called when a partition goes to another consumption of the group. What its handlers have begun is waited for; a record
   * that is handed over and not begun should be rejected now, so that the next owner need not wait for it.
   */
  readonly onRelease?: (partition: number) => void;
  /** Decides about a record that has failed several times for a reason of its own. Without `parking`, the broker hands such a record out again for ever. */
  readonly parking?: Parking;
}

/** Answers a record. `signal` is aborted when the record is no longer ours: its partition was taken away, or the consumption ends. */
export type Handle = (record: Incoming, signal: AbortSignal) => Promise<readonly Outgoing[]>;

export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly Incoming[];
  /** The offset that is committed with the answer: all below it is done. */
  readonly next: number;
  readonly signal: AbortSignal;
}

/** A partition that does not move on, and why. Holds nothing of what its records say. */
export interface Standstill {
  readonly topic: string;
  readonly partition: number;
  /** The oldest record that is not done; undefined where the partition could not be opened. */
  readonly offset: number | undefined;
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly error: string;
  readonly code?: string;
  /** The code of the error's cause. */
  readonly cause?: string;
}

export interface OrderedSource {
  readonly topic: string;
  readonly group: string;
  /** At most so many records in one batch. A batch is whatever is there, and does not wait to be full but as `linger` says. */
  readonly maxBatch: number;
  /**
   * Lets a batch wait for more records while all that it holds can wait, for at most `ms` milliseconds. A record that cannot wait
   * takes those before it along at once. Without it no batch waits.
   */
  readonly linger?: { readonly ms: number; readonly canWait: (record: Incoming) => boolean };
  /**
   * Called when a partition has been taken over, after its former owner was fenced and before the first batch, also after
   * each failed batch or commit. `committed` is the group's offset, `null` where there is none. What it returns is
   * committed first, as the answer to all below `next`: a decision that was recorded elsewhere and not yet published.
   */
  readonly opened?: (at: {
    topic: string;
    partition: number;
    committed: number | null;
  }) => Promise<{ next: number; records: readonly Outgoing[] } | undefined>;
  /**
   * A batch of one partition, in the log's order; the next one comes when this one's answer is committed. A batch whose
   * handler rejects comes again, after `opened`; where it fails several times for a reason of its records, in parts.
   */
  readonly take: (batch: Batch) => Promise<readonly Outgoing[]>;
  /**
   * Called before an offset is committed that no `take` brought about: offsets without records were stepped over, or a
   * record was parked. `records` is committed with it. A source that notes elsewhere where it stands moves on with it.
   */
  readonly passed?: (at: Passed) => Promise<void>;
  /**
   * Decides about a record that fails alone, for a reason of its own. The parking record is committed with its offset, and the
   * partition goes on behind it. Without it, its batch comes again for ever.
   */
  readonly parking?: Parking;
}

/** Offsets of a partition that are done without a batch: all below `next` are. */
export interface Passed {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
  readonly records: readonly Outgoing[];
}

export interface Consumption extends AsyncDisposable {
  /** Owns its partitions and reads them; false while joining, rebuilding after a crash, or ended. */
  readonly ready: boolean;
  /** Records being handled, and taken from the broker but not yet started. */
  readonly inFlight: number;
  readonly queued: number;
  /** Partitions, taken in order, that have failed several times in a row and stand still. */
  readonly still: readonly Standstill[];
  pause(): void;
  resume(): void;
  /** Takes nothing new, lets what is in flight finish for at most `ms`, commits it, gives the partitions back. What did not finish is the next owner's. */
  drain(ms: number): Promise<void>;
}

export interface Tail extends AsyncDisposable {
  /** Resolves once everything that was in the topics when the tail began has been seen. */
  readonly caughtUp: Promise<void>;
}

/** Moves records. What each sentence means is fixed by `conformance.ts`, which every implementation passes. */
export interface Broker extends Inspection, AsyncDisposable {
  readonly kind: 'kafka' | 'embedded';
  /** The largest record that the broker takes, in bytes (key, value, headers). */
  readonly maxRecordBytes: number;
  /** Can be reached now. Never throws. */
  healthy(): Promise<boolean>;
  /** The reason for which it is not healthy, in a sentence for people, where the broker knows it: there is no room on its disk. */
  readonly ailment?: string | undefined;
  /** Creates those that are missing. One that exists is left as it is. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** @throws {BrokerError} `UNKNOWN_TOPIC` */
  partitionsOf(topic: string): Promise<number>;
  /**
   * Resolves once all records are durable, each topic-partition's in the order given.
   * @throws {BrokerError} `RECORD_TOO_LARGE` before anything is sent; `RECORD_REFUSED` when the topic will never take them, such as a record
   * without a key on a compacted topic; `BROKER_UNAVAILABLE` when it is not known whether they arrived.
   */
  publish(records: readonly Outgoing[]): Promise<void>;
  /** Calls `handle` for each record; its answer and the record's offset are committed as one. A record whose handler rejects, or whose process dies, comes again. */
  consume(from: Source, handle: Handle): Promise<Consumption>;
  /** Hands over each partition's records in order, in batches; a batch's answer and its offset are committed as one. */
  consumeInOrder(from: OrderedSource): Promise<Consumption>;
  /** Sees every committed record of the topics, in no group: for plans, and for what is watched live. */
  tail(topics: readonly string[], from: 'start' | 'end', see: (record: Incoming) => void): Promise<Tail>;
}
