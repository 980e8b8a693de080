import { present } from '@millrace/contracts';
import { retry } from '@millrace/contracts/retry';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import { BrokerError } from '@millrace/broker';
import type { LogFunction } from './config.js';
import { ask, type Clients, type Cluster, isPassing, kindOf, protocolError } from './kafkajs.js';
import { WHILE_KAFKA_STARTS } from './while-kafka-starts.js';
import { partitionCounts } from './wire/metadata.js';

export interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

type TopicChanged = (topic: string, partitions: number) => void;
type OffsetsOf = Parameters<Cluster['fetchTopicsOffset']>[0][number];

/** The time within which new partitions of a topic are noticed. Each process asks with one small request. */
const LOOK_MS = 5_000;
const UNKNOWN_TOPIC = 3;
const LEADER_NOT_AVAILABLE = 5;
const UNKNOWN: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** This process's knowledge of topics: how many partitions, and which broker leads each. */
export class TopicMetadata {
  private readonly counts = new Map<string, number>();
  private readonly listeners = new Set<TopicChanged>();
  private asking = Promise.resolve();
  private watching: Timer | undefined;
  private looking: Promise<void> = Promise.resolve();
  private closed = false;

  private constructor(
    private readonly cluster: Cluster,
    /** Asks for offsets of everything that is in the log, committed or not. */
    private readonly uncommitted: Cluster,
    private readonly log: LogFunction,
  ) {}

  static async connect(clients: Clients, log: LogFunction = () => undefined): Promise<TopicMetadata> {
    const topics = new TopicMetadata(clients.cluster(), clients.cluster('uncommitted'), log);
    try {
      for (const cluster of [topics.cluster, topics.uncommitted]) {
        await cluster.connect();
        await cluster.refreshMetadata();
      }
      topics.watch();
      return topics;
    } catch (error) {
      await topics.close();
      throw error;
    }
  }

  /** The count if it is known; for hot paths, which make sure of it beforehand by `partitionsOf`. */
  known(topic: string): number | undefined {
    return this.counts.get(topic);
  }

  /** @throws {BrokerError} `UNKNOWN_TOPIC` */
  async partitionsOf(topic: string): Promise<number> {
    const known = this.counts.get(topic);
    if (known !== undefined) return known;
    // One at a time: a topic that does not exist makes kafkajs forget the others that were asked for with it.
    const asked = this.asking.then(() => this.ask(topic));
    this.asking = asked.then(
      () => undefined,
      () => undefined,
    );
    return asked;
  }

  /** Calls `changed` whenever a topic that is known has another number of partitions. Returns what ends that. */
  onChange(changed: TopicChanged): () => void {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  }

  /** Asks how many partitions the topics have now, each that is known. */
  private async look(): Promise<void> {
    if (this.counts.size === 0) return;
    const node = await this.cluster.findControllerBroker();
    for (const { topic, errorCode, partitions } of await ask(node, partitionCounts([...this.counts.keys()]))) {
      if (errorCode === UNKNOWN_TOPIC) this.forget(topic);
      if (errorCode !== 0 || partitions === this.counts.get(topic)) continue;
      this.counts.set(topic, partitions);
      for (const changed of this.listeners) changed(topic, partitions);
    }
  }

  private watch(): void {
    this.watching = startTimer(LOOK_MS, () => {
      this.looking = this.look()
        .catch((error: unknown) => {
          this.log('debug', 'Kafka does not say how many partitions there are; asking again', { error: kindOf(error) });
          // The broker that was asked may be gone.
          return this.cluster.refreshMetadata().catch(() => undefined);
        })
        .finally(() => {
          if (!this.closed) this.watch();
        });
    });
  }

  /** A topic that is gone must not keep kafkajs from finding the leaders of the others. */
  private forget(topic: string): void {
    this.counts.delete(topic);
    for (const cluster of [this.cluster, this.uncommitted]) cluster.targetTopics.delete(topic);
  }

  /** Returns the first offset of a partition's log. */
  async earliest(topic: string, partition: number): Promise<number> {
    const [first] = await this.offsets(this.cluster, { topic, partitions: [{ partition }], fromBeginning: true });
    return present(first, 'first offset of the partition');
  }

  /**
   * Returns where each partition's log begins and ends: for a reader of committed records at the last stable offset, for `all` at
   * the high watermark.
   * @throws {BrokerError} `UNKNOWN_TOPIC`
   */
  async ranges(topic: string, scope: 'committed' | 'all' = 'committed'): Promise<readonly Range[]> {
    const count = await this.partitionsOf(topic);
    const partitions = Array.from({ length: count }, (_, partition) => ({ partition }));
    const from = scope === 'all' ? this.uncommitted : this.cluster;
    const [starts, ends] = await Promise.all([
      this.offsets(from, { topic, partitions, fromBeginning: true }),
      this.offsets(from, { topic, partitions, fromBeginning: false }),
    ]);
    return partitions.map(({ partition }) => ({
      topic,
      partition,
      start: present(starts[partition], 'first offset of the partition'),
      end: present(ends[partition], 'last offset of the partition'),
    }));
  }

  /** Returns for each partition the first committed offset whose record was written at `time` or later; the end where there is none. */
  async offsetsAt(topic: string, time: number): Promise<readonly number[]> {
    const ranges = await this.ranges(topic);
    const partitions = ranges.map(({ partition }) => ({ partition }));
    const found = await this.offsets(this.cluster, { topic, partitions, fromTimestamp: time });
    return ranges.map(({ end }, n) => {
      const offset = present(found[n], 'offset of the time');
      return offset < 0 ? end : Math.min(offset, end);
    });
  }

  /** Returns the offsets in the order of the partitions asked for. A topic that has just been made has leaders that do not know it yet; one that moves has none for a moment. */
  private async offsets(from: Cluster, asked: OffsetsOf): Promise<readonly number[]> {
    return this.question(from, async () => {
      await from.addMultipleTargetTopics([asked.topic]);
      const [found] = await from.fetchTopicsOffset([asked]);
      const offsets = new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return asked.partitions.map(({ partition }) => {
        const offset = offsets.get(partition);
        if (offset === undefined) throw protocolError(LEADER_NOT_AVAILABLE);
        return offset;
      });
    });
  }

  private async ask(topic: string): Promise<number> {
    await this.question(this.cluster, async () => {
      try {
        await this.cluster.addMultipleTargetTopics([topic]);
      } catch (error) {
        throw UNKNOWN.has(kindOf(error)) ? unknownTopic(topic, error) : error;
      }
    });
    let count = this.cluster.findTopicPartitionMetadata(topic).length;
    if (count === 0) {
      await this.cluster.refreshMetadata();
      count = this.cluster.findTopicPartitionMetadata(topic).length;
    }
    if (count === 0) throw unknownTopic(topic);
    this.counts.set(topic, count);
    return count;
  }

  /** A topic that has just been made, or a Kafka that is starting, has no leaders for a while. */
  private async question<T>(cluster: Cluster, ask: () => Promise<T>): Promise<T> {
    try {
      return await retry({ ...WHILE_KAFKA_STARTS, mayPass: isPassing }, async (isAgain) => {
        // Who leads a partition may have changed.
        if (isAgain) await cluster.refreshMetadata();
        return ask();
      });
    } catch (error) {
      throw asBrokerError(error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.watching?.stop();
    await this.looking;
    await Promise.all([this.cluster.disconnect(), this.uncommitted.disconnect()]);
  }
}

/** Returns the error of the port for an error of a question: one of its own stays, and for any other Kafka did not answer. */
export function asBrokerError(cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause;
  return new BrokerError(
    'BROKER_UNAVAILABLE',
    `Kafka does not answer (${kindOf(cause)}). Check KAFKA_BROKERS, and that it runs.`,
    { cause },
  );
}

function unknownTopic(topic: string, cause?: unknown): BrokerError {
  return new BrokerError(
    'UNKNOWN_TOPIC',
    `There is no topic ${topic} on this Kafka. Create it, or let a service create it on start.`,
    { cause },
  );
}
