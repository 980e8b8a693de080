import { backOffMs } from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import type { GroupMember, LogFunction, Metric } from '../config.js';
import { type Clients, kindOf, messageOf } from '../kafkajs.js';
import type { Membership } from './membership.js';
import type { Routed } from '../produce/routing.js';
import type { TopicMetadata } from '../topics.js';
import { type GroupPartition, TransactionalProducer } from '../produce/transactional-producer.js';
import type { CommitPoint } from './window.js';

/** Pauses between failed commits. */
const FAILED = { firstMs: 100, longestMs: 5_000 };

/** The context that every part of a broker on Kafka shares. */
export interface KafkaContext {
  readonly clients: Clients;
  readonly topics: TopicMetadata;
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** The longest that a partition on its way to another member is kept for what is in hand of it. */
  readonly handOverMs: number;
  readonly maxRecordBytes: number;
  readonly maxBatchBytes: number;
  /** The most bytes that a compressed batch may unpack to. */
  readonly maxUnpackedBytes: number;
  readonly log: LogFunction;
  readonly onMember: (member: GroupMember) => void;
  readonly onMetric: (metric: Metric) => void;
}

/** The position of a partition at the moment it was taken over. */
export interface Standing {
  readonly committed: number | null;
  readonly metadata: string;
  /** The committed offset, else where the log begins. */
  readonly start: number;
}

/**
 * The right to commit for one partition. Taking it fences whoever had it, and only then is read how far they came. One
 * failed commit ends it, whatever failed: it has to be taken again, and where the partition stands then says whether
 * that commit took place. While failing it makes sure that the partition is still ours, so that a process which slept
 * through its session does not fence the one that took over.
 */
export class Tenure {
  private producer: TransactionalProducer | undefined;
  private opening: TransactionalProducer | undefined;
  private taking: Promise<unknown> = Promise.resolve();
  private closed = false;
  private failures = 0;
  private readonly closing = new Set<Promise<void>>();
  private readonly stop = new AbortController();

  constructor(
    private readonly runtime: KafkaContext,
    private readonly place: GroupPartition,
    private readonly membership: Pick<Membership, 'owns'>,
  ) {}

  get held(): boolean {
    return this.producer !== undefined;
  }

  /** `undefined` when it was closed, or the partition is no longer ours. */
  take(): Promise<Standing | undefined> {
    const taking = this.tryToTake();
    this.taking = taking;
    return taking;
  }

  private async tryToTake(): Promise<Standing | undefined> {
    const since = performance.now();
    this.letGo();
    while (!this.closed) {
      try {
        if (this.failures > 0 && !(await this.stillOurs())) return undefined;
        const standing = await this.open();
        if (standing) this.runtime.onMetric({ name: 'takeover', ...this.place, ms: performance.now() - since });
        return standing;
      } catch (error) {
        this.failed('debug', 'could not be taken over', error);
      }
    }
    return undefined;
  }

  /** Commits the records and the point as one. After a failure the tenure is over. */
  async commit(routed: Routed, point: CommitPoint): Promise<void> {
    const { producer } = this;
    if (!producer) throw new Error(`Partition ${this.place.partition} of ${this.place.topic} is not held`);
    try {
      await producer.commit(routed, point);
      this.failures = 0;
    } catch (error) {
      this.letGo();
      if (!this.closed) this.failed('info', 'lost a commit, and is taken over again', error);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stop.abort();
    this.letGo();
    if (this.opening) this.discard(this.opening);
    await this.taking;
    await Promise.all(this.closing);
  }

  private async open(): Promise<Standing | undefined> {
    const { clients, transactionalIdPrefix, transactionTimeoutMs, maxBatchBytes, topics } = this.runtime;
    const { group, topic, partition } = this.place;
    const producer = new TransactionalProducer(clients, this.place, {
      transactionalId: `${transactionalIdPrefix}.${group}.${topic}.${partition}`,
      timeoutMs: transactionTimeoutMs,
      maxBatchBytes,
    });
    this.opening = producer;
    try {
      await producer.open();
      const { offset, metadata } = await producer.committed();
      const start = offset ?? (await topics.earliest(topic, partition));
      if (this.closed) {
        this.discard(producer);
        return undefined;
      }
      this.producer = producer;
      return { committed: offset, metadata, start };
    } catch (error) {
      this.discard(producer);
      throw error;
    } finally {
      this.opening = undefined;
    }
  }

  private async stillOurs(): Promise<boolean> {
    // The first time at once: most often all it takes is a new epoch.
    const wait = this.failures === 1 ? 0 : backOffMs(FAILED, this.failures);
    if (wait > 0) await sleep(wait, { signal: this.stop.signal }).catch(() => undefined);
    return !this.closed && this.membership.owns(this.place.partition);
  }

  private failed(level: 'debug' | 'info', what: string, error: unknown): void {
    this.failures++;
    const fields = { ...this.place, error: kindOf(error), reason: messageOf(error), failures: this.failures };
    this.runtime.log(
      this.failures > 3 ? 'warn' : level,
      `Partition ${this.place.partition} of ${this.place.topic} ${what}`,
      fields,
    );
  }

  private letGo(): void {
    if (this.producer) this.discard(this.producer);
    this.producer = undefined;
  }

  private discard(producer: TransactionalProducer): void {
    const closed = producer
      .close()
      .catch((error: unknown) =>
        this.runtime.log('debug', 'A producer did not close in order', { ...this.place, error: kindOf(error) }),
      )
      .finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
