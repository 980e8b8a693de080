import type { Outgoing } from '@millrace/broker';
import type { CompressedBatch } from '@millrace/broker-kafka/compressed';
import type { groupsOf, Topics } from '@millrace/contracts';
import type { ForeignTopics } from './foreign-topics.js';

/** The part of an installation that the fuzzer sees and touches. */
export interface Target extends AsyncDisposable {
  /** The URL of the gateway. */
  readonly url: string;
  /** The readiness URL of each of its processes. */
  readonly health: readonly string[];
  readonly topics: Topics;
  readonly foreign: ForeignTopics;
  readonly groups: ReturnType<typeof groupsOf>;
  /** Partitions of each topic that has more than one. */
  readonly partitions: number;
  publish(records: readonly Outgoing[]): Promise<void>;
  /** Publishes a batch that unpacks to much; absent where the broker knows no compression. */
  publishCompressed?(batch: CompressedBatch): Promise<void>;
  /** The groups among `pairs` of group and topic that have records left to do. */
  behind(pairs: readonly (readonly [group: string, topic: string])[]): Promise<readonly string[]>;
  /** The values on a topic, oldest first, at most `limit` a partition. */
  read(topic: string, limit: number): Promise<readonly unknown[]>;
  /** The most memory that a process of it has had resident, in megabytes. Rejects where a process has ended. */
  peakMegabytes(): Promise<number>;
  /** The last lines it logged. */
  said(): string;
}
