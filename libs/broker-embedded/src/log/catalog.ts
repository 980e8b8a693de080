import { present } from '@millrace/contracts';
import { BrokerError, partitionFor, type Incoming, type Outgoing } from '@millrace/broker';
import { ChunkIndex } from './chunk-index.js';
import { noProgress, type OffsetProgress } from '../consuming/progress.js';

/** Told when a partition has grown: on being written, and again on being on the disk. */
export interface Watcher {
  written?(partition: Partition): void;
  durable?(partition: Partition): void;
}

export class Partition {
  /** One past the last record that is written, and that is on the disk. */
  end = 0;
  durable = 0;
  readonly index = new ChunkIndex();
  readonly watchers = new Set<Watcher>();
  /** The newest chunks as they were handed over. */
  readonly recent: { readonly base: number; readonly records: readonly Incoming[] }[] = [];
  /** The last chunk that was read back from the disk. */
  lastRead: { readonly address: number; readonly records: readonly Incoming[] } | undefined;
  /** On a compacted topic: the newest offset of each key. */
  readonly newest: Map<string, number> | undefined;
  /** The number of records in the log, superseded ones too. */
  count = 0;

  constructor(
    readonly topic: Topic,
    readonly id: number,
  ) {
    if (topic.compacted) this.newest = new Map();
  }

  /** The oldest offset that is still there. */
  get start(): number {
    return this.index.size > 0 ? this.index.baseAt(0) : this.end;
  }

  /** Keeps `newest`, where there is one. Records come in the log's order, taken over ones in any. */
  note(records: Iterable<{ key: Buffer | null; offset: number }>): void {
    if (!this.newest) return;
    for (const { key, offset } of records) {
      const text = keyText(key);
      if (offset >= (this.newest.get(text) ?? 0)) this.newest.set(text, offset);
    }
  }
}

/** A key's bytes as text of the same length, to look it up by. */
export const keyText = (key: Buffer | null): string => (key === null ? '' : `k${key.toString('latin1')}`);

export class Topic {
  readonly partitions: readonly Partition[];
  readonly subscriptions: Subscription[] = [];
  readonly id: number;
  readonly name: string;
  readonly compacted: boolean;

  constructor({ id, name, partitions, compacted }: TopicFact) {
    this.id = id;
    this.name = name;
    this.compacted = compacted;
    this.partitions = Array.from({ length: partitions }, (_, n) => new Partition(this, n));
  }

  /** Returns the partition of a record; one without a key goes where `spread` says. */
  partitionFor(record: Outgoing, spread: number): Partition {
    const count = this.partitions.length;
    const id = record.partition ?? (record.key === null ? spread % count : partitionFor(record.key, count));
    return this.partition(id);
  }

  /**
   * @throws {BrokerError} `UNKNOWN_TOPIC` for a record that names a partition which does not exist; `RECORD_REFUSED` for one without a key
   * on a compacted topic, as Kafka has it
   */
  check({ partition, key, packed }: Outgoing): void {
    if (partition !== undefined) this.partition(partition);
    if (this.compacted && (key === null || packed))
      throw new BrokerError('RECORD_REFUSED', `The topic ${this.name} is compacted and takes no record without a key.`);
  }

  /** @throws {BrokerError} `UNKNOWN_TOPIC` where there is no such partition */
  partition(id: number): Partition {
    const partition = this.partitions[id];
    if (partition) return partition;
    throw new BrokerError(
      'UNKNOWN_TOPIC',
      `The topic ${this.name} has ${this.partitions.length} partitions, numbered from 0, and no partition ${id}.`,
    );
  }
}

/** The progress of a group in a topic. */
export class Subscription {
  readonly progress: readonly OffsetProgress[];
  constructor(
    readonly id: number,
    readonly group: string,
    readonly topic: Topic,
  ) {
    this.progress = topic.partitions.map(noProgress);
    topic.subscriptions.push(this);
  }

  progressIn(partition: number): OffsetProgress {
    return present(this.progress[partition], 'progress in the partition');
  }
}

export interface TopicFact {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
}

export interface SubscriptionFact {
  readonly id: number;
  readonly group: string;
  readonly topic: number;
}

/** Everything that is known at the beginning of a segment, so that the ones before it may go. */
export interface Snapshot {
  readonly topics: readonly (TopicFact & { readonly ends: readonly number[] })[];
  readonly subscriptions: readonly (SubscriptionFact & {
    readonly progress: readonly { mark: number; committed: boolean; done: readonly number[] }[];
  })[];
  /** The start and size of each of the segments before this one. */
  readonly segments: readonly (readonly [start: number, length: number])[];
}

/** The facts that a frame may hold besides records and progress. */
export interface CatalogFacts {
  readonly snapshot?: Snapshot;
  readonly topic?: TopicFact;
  readonly subscription?: SubscriptionFact;
  /** The segment that begins there holds nothing that is needed; its file may be gone. */
  readonly dropped?: number;
}

/** The topics of the log and the groups that read them. */
export class Catalog {
  readonly topics: Topic[] = [];
  readonly subscriptions: Subscription[] = [];
  readonly #byName = new Map<string, Topic>();
  readonly #byGroup = new Map<string, Subscription>();

  /** @throws {BrokerError} `UNKNOWN_TOPIC` */
  topic(name: string): Topic {
    const topic = this.#byName.get(name);
    if (topic) return topic;
    throw new BrokerError(
      'UNKNOWN_TOPIC',
      `The topic ${name} does not exist. Create it with ensureTopics, or check its name.`,
    );
  }

  /** Returns the topic that frames of the log name by its number. */
  topicOf(id: number): Topic {
    return present(this.topics[id], 'topic of the frame');
  }

  has(topic: string): boolean {
    return this.#byName.has(topic);
  }

  subscription(group: string, topic: string): Subscription | undefined {
    return this.#byGroup.get(`${topic}\n${group}`);
  }

  addTopic(fact: TopicFact): Topic {
    const known = this.topics[fact.id];
    if (known) return known;
    const topic = new Topic(fact);
    this.topics[topic.id] = topic;
    this.#byName.set(topic.name, topic);
    return topic;
  }

  addSubscription({ id, group, topic: topicId }: SubscriptionFact): Subscription {
    const known = this.subscriptions[id];
    if (known) return known;
    const topic = this.topicOf(topicId);
    const subscription = new Subscription(id, group, topic);
    this.subscriptions[id] = subscription;
    this.#byGroup.set(`${topic.name}\n${group}`, subscription);
    return subscription;
  }

  snapshot(segments: Snapshot['segments']): Snapshot {
    return {
      topics: this.topics.map(({ id, name, partitions, compacted }) => ({
        id,
        name,
        partitions: partitions.length,
        compacted,
        ends: partitions.map(({ end }) => end),
      })),
      subscriptions: this.subscriptions.map(({ id, group, topic, progress }) => ({
        id,
        group,
        topic: topic.id,
        progress: progress.map(({ mark, committed, done }) => ({ mark, committed, done: [...done] })),
      })),
      segments,
    };
  }

  restore(snapshot: Snapshot): void {
    for (const fact of snapshot.topics) {
      const topic = this.addTopic(fact);
      for (const partition of topic.partitions) {
        partition.end = Math.max(partition.end, fact.ends[partition.id] ?? 0);
      }
    }
    for (const fact of snapshot.subscriptions) {
      const subscription = this.addSubscription(fact);
      for (const [n, { mark, committed, done }] of fact.progress.entries()) {
        Object.assign(subscription.progressIn(n), { mark, committed, done: new Set(done) });
      }
    }
  }
}
