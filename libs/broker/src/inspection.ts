import type { Incoming } from './incoming.js';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that the log still holds; the one past the last record where it holds none. */
  readonly start: number;
  /** The group's committed offset, `null` where it has none. */
  readonly committed: number | null;
  /** One past the last record. */
  readonly end: number;
  /** Records that are not finished: those above the mark less the ones that were finished out of order. */
  readonly backlog: number;
}

/** The part of a partition's log that a reader of committed records can see. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that the log still holds; the one past the last record where it holds none. */
  readonly start: number;
  /** One past the last committed record. */
  readonly end: number;
}

/** The first offset of a partition whose record was written at a time or later. */
export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Names the records of one partition that are read. */
export interface Browsed {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly limit: number;
  /** Ends behind the record with which the keys and values have so many bytes, so that there is always one record. Not bounded without it. */
  readonly maxBytes?: number | undefined;
  /** Ends the reading when it is aborted, with the records that were read until then. */
  readonly signal?: AbortSignal | undefined;
}

/** Shows what is in the log. Joins no consumer group, and moves no offset. */
export interface Inspection {
  /** Returns the names of the topics that begin with the prefix, in alphabetical order. */
  topics(prefix: string): Promise<readonly string[]>;
  /**
   * Returns one entry for each partition.
   * @throws {BrokerError} `UNKNOWN_TOPIC`
   */
  ranges(topic: string): Promise<readonly PartitionRange[]>;
  /**
   * Returns for each partition the first offset whose record was written at `time` (milliseconds since the epoch) or later; the end of the partition where there is none.
   * @throws {BrokerError} `UNKNOWN_TOPIC`
   */
  offsetsAt(topic: string, time: number): Promise<readonly PartitionOffset[]>;
  /**
   * Returns the committed records of one partition from `offset` on, at most `limit`; fewer where the log ends, or another bound is reached.
   */
  browse(at: Browsed): Promise<readonly Incoming[]>;
  /** Returns the consumer groups that have committed an offset of the topic, in alphabetical order. */
  groups(topic: string): Promise<readonly string[]>;
  /**
   * Returns how many consumptions take part in the group now; 0 where there is no such group. Of a process that died the broker may not know yet.
   */
  consumers(group: string, topic: string): Promise<number>;
  /** One entry a partition. */
  lag(group: string, topic: string): Promise<readonly PartitionLag[]>;
}
