import { setMaxListeners } from 'node:events';
import { BrokerError, type Handle, type Incoming, type Outgoing, refuseTooLarge } from '@millrace/broker';
import { Backlog, weigh } from './backlog.js';
import type { Owned, Shared } from './group-consumption.js';
import { backOff, InHand, KeyOrder } from './in-hand.js';
import { kindOf, messageOf } from './kafkajs.js';
import { type Routed, route } from './routing.js';
import type { Standing } from './tenure.js';
import type { Fetched } from './wire/requests.js';
import { OffsetWindow } from './window.js';

/** How many records a process handles at once, over all its partitions. */
export interface Slots {
  free: number;
}

export interface Work {
  readonly topic: string;
  readonly group: string;
  readonly window: number;
  readonly byKey: boolean;
  readonly handle: Handle;
  readonly slots: Slots;
}

const MAX_QUEUED = 1_000;
const MAX_BYTES = 16 * 1024 * 1024; // queued and in hand
const MAX_COMMIT = 2_000;
/** How long nothing may happen until the offset is moved past what holds no records: transaction markers, mostly. */
const IDLE_MS = 100;
/** What Kafka will say again however often it is asked. */
const HOPELESS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION']);

/** Handles one partition's records, many at once, and commits those that are finished, in whatever order they finish. */
export class PartitionOwner implements Owned {
  readonly topic: string;
  open = false;
  inFlight = 0;
  private readonly backlog = new Backlog();
  private window: OffsetWindow;
  private readonly inHand = new Set<InHand>();
  private bytesInHand = 0;
  private ready: InHand[] = [];
  private startable: InHand[] = [];
  private readonly keys = new KeyOrder();
  private readonly gone = new AbortController();
  private closed = false;
  private started = false;
  private committing = false;
  private scheduled = false;
  private committed = 0;
  private atMost = MAX_COMMIT;
  private full = false;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    readonly partition: number,
    private readonly work: Work,
    private readonly shared: Shared,
  ) {
    this.topic = work.topic;
    this.window = new OffsetWindow(work.window);
    setMaxListeners(0, this.gone.signal);
    void this.takeOver();
  }

  get queued(): number {
    return this.backlog.size;
  }

  get flushed(): boolean {
    return this.ready.length === 0 && !this.committing;
  }

  wants(): number | null {
    if (!this.open || !this.shared.taking()) return null;
    if (this.backlog.size >= MAX_QUEUED || this.backlog.bytes + this.bytesInHand >= MAX_BYTES) return null;
    // With nothing in flight the next fetch is best made when the commit is through: it then finds more.
    if (this.committing && this.inFlight === 0 && this.work.slots.free > 0) return null;
    return this.backlog.position;
  }

  accept(records: readonly Incoming[], { next, offset }: Fetched): void {
    if (!this.open || offset !== this.backlog.position) return;
    this.backlog.add(records, next);
    this.shared.changed();
    this.rest();
  }

  outOfRange(start: number, end: number): void {
    const { position } = this.backlog;
    if (position >= start && position <= end) return;
    const fields = { topic: this.topic, partition: this.partition, position, start, end };
    this.shared.house.log('error', `Partition ${this.partition} of ${this.topic} does not hold the offset to read on from`, fields);
    if (position < start) return this.backlog.skipTo(start);
    // A log that ends before our offset is another log: the topic was made anew.
    for (const item of this.inHand) this.drop(item);
    this.ready = [];
    this.window = new OffsetWindow(this.work.window);
    this.window.resume(start, '');
    this.backlog.restart(start);
  }

  go(): void {
    if (this.ready.length > 0) this.scheduleCommit();
  }

  /** Starts one record if there is one that may start. A slot must be free. */
  startOne(): boolean {
    if (!this.open) return false;
    for (let item = this.startable.pop(); item; item = this.startable.pop()) {
      if (item.dropped) {
        this.next(item);
        continue;
      }
      this.start(item);
      return true;
    }
    for (let record = this.backlog.peek(); record; record = this.backlog.peek()) {
      if (!this.window.fits(record.offset)) return this.windowFull();
      this.backlog.shift();
      if (!this.window.take(record.offset)) continue;
      this.full = false;
      const key = this.work.byKey && record.key ? record.key.toString('latin1') : null;
      const item = new InHand(record, key);
      this.inHand.add(item);
      this.bytesInHand += weigh(record);
      if (!this.keys.enter(item)) continue;
      this.start(item);
      return true;
    }
    this.window.pass(this.backlog.position);
    return false;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.open = false;
    clearTimeout(this.idle);
    for (const item of this.inHand) this.drop(item);
    this.ready = [];
    this.gone.abort();
    await this.shared.tenure.close();
  }

  private windowFull(): false {
    if (!this.full) {
      this.full = true;
      const { house } = this.shared;
      house.onMetric({ name: 'window-full', group: this.work.group, topic: this.topic, partition: this.partition });
    }
    return false;
  }

  private start(item: InHand): void {
    this.work.slots.free--;
    this.inFlight++;
    let answer: Promise<readonly Outgoing[]>;
    try {
      answer = this.work.handle(item.record, this.gone.signal);
    } catch (error) {
      answer = Promise.reject(error as Error);
    }
    answer.then(
      (records) => this.finished(item, records),
      (error: unknown) => this.rejected(item, error),
    );
  }

  private finished(item: InHand, answer: readonly Outgoing[]): void {
    const problem = this.unsendable(answer);
    if (problem instanceof Promise) {
      problem.then(
        () => this.finished(item, answer),
        (error: unknown) => this.rejected(item, error),
      );
      return;
    }
    if (problem) return this.rejected(item, problem);
    this.release();
    if (!item.dropped) {
      item.answer = answer;
      this.ready.push(item);
      this.scheduleCommit();
    }
    this.next(item);
    this.shared.changed();
  }

  private rejected(item: InHand, error: unknown): void {
    this.release();
    if (item.dropped) this.next(item);
    else this.standAside(item, error);
    this.shared.changed();
  }

  private standAside(item: InHand, error: unknown): void {
    const ms = backOff(++item.attempts);
    const { topic, partition } = this;
    const fields = { topic, partition, offset: item.record.offset, attempts: item.attempts, error: kindOf(error), reason: messageOf(error) };
    this.shared.house.log('warn', `A record of ${topic} was not handled; it comes again in ${ms} ms`, fields);
    item.again = setTimeout(() => {
      item.again = undefined;
      this.startable.push(item);
      this.shared.changed();
    }, ms);
  }

  private release(): void {
    this.inFlight--;
    this.work.slots.free++;
  }

  private next(item: InHand): void {
    const next = this.keys.leave(item);
    if (next) this.startable.push(next);
  }

  private drop(item: InHand): void {
    item.dropped = true;
    this.forget(item);
    if (item.again) {
      clearTimeout(item.again);
      this.next(item);
    }
  }

  private forget(item: InHand): void {
    if (this.inHand.delete(item)) this.bytesInHand -= weigh(item.record);
  }

  /** Why an answer cannot be committed: found out before it can hold up others. A promise while a topic has to be looked up. */
  private unsendable(answer: readonly Outgoing[]): Error | Promise<unknown> | undefined {
    const { topics, maxRecordBytes } = this.shared.house;
    for (const { topic, partition, value } of answer) {
      const count = topics.known(topic);
      if (count === undefined) return topics.partitionsOf(topic);
      if (partition !== undefined && !(partition >= 0 && partition < count)) {
        return new BrokerError('UNKNOWN_TOPIC', `${topic} has ${count} partitions and no partition ${partition}.`);
      }
      // Three bytes a character at most, so small values need no counting.
      if (value !== null && value.length * 3 > maxRecordBytes / 2) {
        try {
          refuseTooLarge(answer, maxRecordBytes);
        } catch (error) {
          return error as Error;
        }
      }
    }
    return undefined;
  }

  private scheduleCommit(): void {
    if (this.scheduled || this.committing || !this.open) return;
    this.scheduled = true;
    // After what is about to finish in this turn of the loop: it goes along.
    setImmediate(() => {
      this.scheduled = false;
      if (!this.committing && this.open) void this.commitAll();
    });
  }

  private async commitAll(): Promise<void> {
    this.committing = true;
    clearTimeout(this.idle);
    this.idle = undefined;
    while (this.open && this.ready.length > 0) {
      const batch = this.ready.length <= this.atMost ? this.ready : this.ready.slice(0, this.atMost);
      this.ready = this.ready.length <= this.atMost ? [] : this.ready.slice(this.atMost);
      if (!(await this.commit(batch))) break;
    }
    this.committing = false;
    this.rest();
    this.shared.changed();
    this.shared.fetcher.wake();
  }

  private async commit(batch: readonly InHand[]): Promise<boolean> {
    const { house, tenure } = this.shared;
    const { group } = this.work;
    const since = performance.now();
    const answers: Outgoing[] = [];
    for (const { record, answer } of batch) {
      this.window.finish(record.offset);
      for (const one of answer) answers.push(one);
    }
    if (this.backlog.size === 0) this.window.pass(this.backlog.position);
    const point = this.window.commitPoint();
    try {
      const routed: Routed = await route(answers, house.topics);
      await tenure.commit(routed, point);
    } catch (error) {
      if (!this.closed) this.commitFailed(batch, error);
      return false;
    }
    if (this.closed) return false;
    this.window.settle(point.offset, batch.length);
    this.committed = point.offset;
    this.atMost = Math.min(this.atMost * 2, MAX_COMMIT);
    for (const item of batch) this.forget(item);
    const records = this.window.unsettled + this.backlog.size;
    const place = { group, topic: this.topic, partition: this.partition };
    house.onMetric({ name: 'commit', ...place, records: batch.length, ms: performance.now() - since });
    house.onMetric({ name: 'backlog', ...place, records });
    return true;
  }

  /** Tries what failed in smaller parts, until a record that Kafka will never take stands alone. */
  private commitFailed(batch: readonly InHand[], error: unknown): void {
    this.open = false;
    this.atMost = Math.max(1, Math.floor(batch.length / 8));
    const [only] = batch;
    if (batch.length === 1 && HOPELESS.has(kindOf(error))) this.standAside(only!, error);
    else this.ready.unshift(...batch);
    void this.takeOver();
  }

  private async takeOver(): Promise<void> {
    const standing = await this.shared.tenure.take();
    if (this.closed) return;
    if (!standing) return this.shared.lost();
    this.resume(standing);
    this.open = true;
    if (this.ready.length > 0) this.scheduleCommit();
    this.shared.changed();
    this.shared.fetcher.wake();
  }

  private resume({ start, metadata, committed }: Standing): void {
    const offsets = [...this.inHand].map(({ record }) => record.offset);
    this.window.resume(start, metadata, offsets);
    for (const item of this.inHand) if (this.window.isDone(item.record.offset)) this.drop(item);
    this.ready = this.ready.filter((item) => !item.dropped);
    if (this.started) this.backlog.skipTo(start);
    else this.backlog.restart(start);
    this.started = true;
    this.committed = committed ?? start;
  }

  /** With nothing to do, moves the offset past trailing offsets without records, so that the group's lag is 0. */
  private rest(): void {
    if (this.idle || this.committing || !this.open || this.window.unsettled > 0 || this.backlog.size > 0) return;
    this.window.pass(this.backlog.position);
    if (this.window.commitPoint().offset === this.committed) return;
    this.idle = setTimeout(() => {
      this.idle = undefined;
      if (!this.open || this.committing || this.window.unsettled > 0 || this.backlog.size > 0) return;
      void this.commitRest();
    }, IDLE_MS);
  }

  private async commitRest(): Promise<void> {
    this.committing = true;
    await this.commit([]);
    this.committing = false;
    if (this.ready.length > 0) this.scheduleCommit();
    this.shared.changed();
    this.shared.fetcher.wake();
  }
}
