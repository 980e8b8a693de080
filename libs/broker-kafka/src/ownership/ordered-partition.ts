import { backOffMs } from '@millrace/contracts';
import { startTimer } from '@millrace/contracts/timers';
import {
  causeOf,
  type Incoming,
  Isolation,
  Linger,
  type OrderedSource,
  type Outgoing,
  refuseTooLarge,
} from '@millrace/broker';
import type { Standstill } from '@millrace/broker';
import { Backlog } from '../fetch/backlog.js';
import type { Owned, Shared } from './group-consumption.js';
import { REJECTED } from './in-hand.js';
import { route } from '../produce/routing.js';
import type { Standing } from './tenure.js';
import type { Fetched } from '../wire/requests.js';

/** Bytes that are read ahead, and the most bytes of a batch: the work on a batch keeps several copies of its records in memory. */
const MAX_BYTES = 1024 * 1024;
/** A fetched record keeps the whole answer that it came with in memory, so answers are small. */
const FETCH_BYTES = 256 * 1024;
const IDLE_MS = 100;

/** Hands one partition's records over in batches, in order, and commits each batch's answer with its offset. */
export class OrderedPartition implements Owned {
  readonly topic: string;
  readonly fetchBytes = FETCH_BYTES;
  open = false;
  private taken = 0;
  private readonly backlog = new Backlog();
  private readonly gone = new AbortController();
  private closed = false;
  private committing = false;
  private started = false;
  private start = 0;
  /** The group's offset, `null` where it has none. */
  private committed: number | null = null;
  private wakeUp: (() => void) | undefined;
  private readonly isolation: Isolation;
  private readonly linger: Linger;

  constructor(
    readonly partition: number,
    private readonly source: OrderedSource,
    private readonly shared: Shared,
  ) {
    this.topic = source.topic;
    this.isolation = new Isolation(source, partition);
    this.linger = new Linger(source);
    void this.live();
  }

  get inFlight(): number {
    return this.taken;
  }

  get queued(): number {
    return this.backlog.size - this.taken;
  }

  get flushed(): boolean {
    return !this.committing;
  }

  get still(): Standstill | undefined {
    return this.isolation.still;
  }

  wants(): number | null {
    if (!this.open || !this.shared.taking()) return null;
    const { size, bytes, position } = this.backlog;
    return size < 2 * this.source.maxBatch && bytes < MAX_BYTES ? position : null;
  }

  accept(records: readonly Incoming[], { next, offset }: Fetched): void {
    if (!this.open || offset !== this.backlog.position) return;
    this.backlog.add(records, next);
    this.go();
  }

  outOfRange(start: number, end: number): void {
    const { position } = this.backlog;
    if (position >= start && position <= end) return;
    const fields = { topic: this.topic, partition: this.partition, position, start, end };
    this.shared.runtime.log(
      'error',
      `Partition ${this.partition} of ${this.topic} does not hold the offset to read on from`,
      fields,
    );
    if (position < start) this.backlog.skipTo(start);
    else this.backlog.restart(start);
  }

  go(): void {
    this.wakeUp?.();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.open = false;
    this.gone.abort();
    this.wakeUp?.();
    await this.shared.tenure.close();
  }

  private async live(): Promise<void> {
    const { tenure } = this.shared;
    while (!this.closed) {
      const standing = await tenure.take();
      if (!standing) break;
      this.stand(standing);
      while (!this.closed && tenure.held) {
        try {
          await this.resumed();
          this.open = true;
          this.shared.changed();
          this.shared.fetcher.wake();
          for (;;) if (!(await this.step())) return;
        } catch (error) {
          await this.failed(error);
        }
      }
      this.open = false;
    }
    if (!this.closed) this.shared.lost();
  }

  private stand({ start, committed }: Standing): void {
    if (this.started) this.backlog.skipTo(start);
    else this.backlog.restart(start);
    this.started = true;
    this.start = start;
    this.committed = committed;
  }

  /** Asks for what was decided and not published, and publishes it. */
  private async resumed(): Promise<void> {
    const { topic, partition, committed } = this;
    const left = await this.source.opened?.({ topic, partition, committed });
    if (!left || this.closed) return;
    await this.commit(left.records, left.next);
    this.backlog.skipTo(left.next);
  }

  /** Returns the records of the next batch, and moves past trailing offsets without records while there are none; undefined when it is over. */
  private async next(): Promise<readonly Incoming[] | undefined> {
    while (this.backlog.size === 0 || !this.shared.taking()) {
      if (this.closed) return undefined;
      const idle =
        this.backlog.size === 0 && !this.shared.releasing() && this.backlog.position > (this.committed ?? this.start);
      const timedOut = await this.change(idle ? IDLE_MS : undefined);
      if (timedOut && idle && this.backlog.size === 0 && !this.closed) await this.pass(this.backlog.position);
    }
    if (this.closed) return undefined;
    const there = this.backlog.first({ records: this.source.maxBatch, bytes: MAX_BYTES });
    const records = there.slice(0, this.isolation.cut(there));
    const waitMs = records.length < this.backlog.size ? 0 : this.linger.waitMs(records);
    if (waitMs === 0) return records;
    await this.change(waitMs);
    return this.next();
  }

  /** Hands over one batch and commits its answer. False when it is over. */
  private async step(): Promise<boolean> {
    const records = await this.next();
    if (!records) return false;
    this.linger.taken();
    const count = records.length;
    const next = this.backlog.peek(count)?.offset ?? this.backlog.position;
    const { topic, partition } = this;
    this.taken = count;
    try {
      const batch = { topic, partition, records, next, signal: this.gone.signal };
      const answer = await this.isolation.answer(batch, (given) =>
        refuseTooLarge(given, this.shared.runtime.maxRecordBytes),
      );
      if (this.closed) return false;
      await this.commit(answer, next);
      this.isolation.committed(next);
      this.backlog.skipTo(next);
    } finally {
      this.taken = 0;
      this.shared.changed();
    }
    this.shared.fetcher.wake();
    return true;
  }

  /** Steps over offsets without records: transaction markers, what was aborted, what retention has removed. */
  private async pass(next: number): Promise<void> {
    const { topic, partition } = this;
    await this.source.passed?.({ topic, partition, next, records: [] });
    await this.commit([], next);
  }

  private async commit(records: readonly Outgoing[], next: number): Promise<void> {
    const { runtime, tenure } = this.shared;
    const since = performance.now();
    refuseTooLarge(records, runtime.maxRecordBytes);
    const routed = await route(records, runtime.topics);
    this.committing = true;
    try {
      await tenure.commit(routed, { offset: next, metadata: '' });
    } finally {
      this.committing = false;
      this.shared.changed();
    }
    this.committed = next;
    const place = { group: this.source.group, topic: this.topic, partition: this.partition };
    runtime.onMetric({ name: 'commit', ...place, records: this.taken, ms: performance.now() - since });
    runtime.onMetric({ name: 'backlog', ...place, records: this.backlog.size - this.taken });
  }

  private async failed(error: unknown): Promise<void> {
    if (this.closed) return;
    const offset = this.backlog.peek()?.offset ?? this.backlog.position;
    const failures = this.isolation.failed(error, offset);
    // A lost commit has been told of by the tenure, which also waits.
    if (!this.shared.tenure.held) return;
    const ms = failures === 0 ? 0 : backOffMs(REJECTED, failures);
    const fields = { topic: this.topic, partition: this.partition, offset, attempts: failures, ...causeOf(error) };
    this.shared.runtime.log('warn', `A batch of ${this.topic} was not handled; it comes again in ${ms} ms`, fields);
    const until = performance.now() + ms;
    while (!this.closed && performance.now() < until) await this.change(until - performance.now());
  }

  /** Waits until something may have changed; true when `ms` ran out instead. */
  private change(ms?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : startTimer(ms, () => done(true));
      const done = (timedOut: boolean): void => {
        timer?.stop();
        this.wakeUp = undefined;
        resolve(timedOut);
      };
      this.wakeUp = () => done(false);
    });
  }
}
