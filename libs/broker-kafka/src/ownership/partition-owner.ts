import { setMaxListeners } from 'node:events';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Incoming, Outgoing } from '@millrace/broker';
import { Backlog } from '../fetch/backlog.js';
import type { Owned, Shared } from './group-consumption.js';
import { Handling, type RecordWork } from './handling.js';
import type { InHand } from './in-hand.js';
import { isRefusal } from '../kafkajs.js';
import { route } from '../produce/routing.js';
import type { Standing } from './tenure.js';
import { OffsetWindow } from './window.js';
import type { Fetched } from '../wire/requests.js';

const MAX_QUEUED = 1_000;
const MAX_BYTES = 16 * 1024 * 1024; // queued and in hand
const MAX_COMMIT = 2_000;
/** The time without records after which the offset is moved past offsets that hold none: transaction markers, mostly. */
const IDLE_MS = 100;

/** Handles one partition's records, many at once, and commits those that are finished, in whatever order they finish. */
export class PartitionOwner implements Owned {
  readonly topic: string;
  open = false;
  private readonly backlog = new Backlog();
  private readonly handling: Handling;
  private readonly gone = new AbortController();
  private window: OffsetWindow;
  private closed = false;
  private started = false;
  private committing = false;
  private scheduled = false;
  private committed = 0;
  private atMost = MAX_COMMIT;
  private full = false;
  private idle: Timer | undefined;

  constructor(
    readonly partition: number,
    private readonly work: RecordWork,
    private readonly shared: Shared,
  ) {
    this.topic = work.topic;
    this.window = new OffsetWindow(work.window);
    setMaxListeners(0, this.gone.signal);
    this.handling = new Handling(work, {
      runtime: shared.runtime,
      partition,
      signal: this.gone.signal,
      finished: () => this.scheduleCommit(),
      changed: shared.changed,
      releasing: shared.releasing,
    });
    void this.takeOver();
  }

  get inFlight(): number {
    return this.handling.inFlight;
  }

  get queued(): number {
    return this.backlog.size;
  }

  get flushed(): boolean {
    return this.handling.waiting === 0 && !this.committing;
  }

  wants(): number | null {
    if (!this.open || !this.shared.taking()) return null;
    if (this.backlog.size >= MAX_QUEUED || this.backlog.bytes + this.handling.bytes >= MAX_BYTES) return null;
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
    const what = `Partition ${this.partition} of ${this.topic} does not hold the offset to read on from`;
    this.shared.runtime.log('error', what, fields);
    if (position < start) return this.backlog.skipTo(start);
    // A log that ends before our offset is another log: the topic was made anew.
    this.handling.drop(() => true);
    this.window = new OffsetWindow(this.work.window);
    this.window.resume(start, '');
    this.backlog.restart(start);
  }

  go(): void {
    if (this.handling.waiting > 0) this.scheduleCommit();
  }

  /** Starts one record if there is one that may start. A slot must be free. */
  startOne(): boolean {
    if (!this.open || this.shared.releasing()) return false;
    if (this.handling.startAgain()) return true;
    for (let record = this.backlog.peek(); record; record = this.backlog.peek()) {
      if (!this.window.fits(record.offset)) return this.windowFull();
      this.backlog.shift();
      this.full = false;
      if (this.window.take(record.offset) && this.handling.take(record)) return true;
    }
    this.window.pass(this.backlog.position);
    return false;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.open = false;
    this.idle?.stop();
    this.handling.drop(() => true);
    this.gone.abort();
    await this.shared.tenure.close();
  }

  private windowFull(): false {
    if (!this.full) {
      this.full = true;
      const { group, topic } = this.work;
      this.shared.runtime.onMetric({ name: 'window-full', group, topic, partition: this.partition });
    }
    return false;
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
    this.idle?.stop();
    this.idle = undefined;
    this.committing = true;
    while (this.open && this.handling.waiting > 0) {
      if (!(await this.commit(this.handling.takeReady(this.atMost)))) break;
    }
    this.afterCommit();
    this.rest();
  }

  private afterCommit(): void {
    this.committing = false;
    this.shared.changed();
    this.shared.fetcher.wake();
  }

  private async commit(batch: readonly InHand[]): Promise<boolean> {
    const { runtime, tenure } = this.shared;
    const since = performance.now();
    const answers: Outgoing[] = [];
    for (const { record, answer } of batch) {
      this.window.finish(record.offset);
      for (const one of answer) answers.push(one);
    }
    if (this.backlog.size === 0) this.window.pass(this.backlog.position);
    const point = this.window.commitPoint();
    try {
      await tenure.commit(await route(answers, runtime.topics), point);
    } catch (error) {
      if (!this.closed) this.commitFailed(batch, error);
      return false;
    }
    if (this.closed) return false;
    this.window.settle(point.offset, batch.length);
    this.handling.settle(batch);
    this.committed = point.offset;
    this.atMost = Math.min(this.atMost * 2, MAX_COMMIT);
    const place = { group: this.work.group, topic: this.topic, partition: this.partition };
    runtime.onMetric({ name: 'commit', ...place, records: batch.length, ms: performance.now() - since });
    runtime.onMetric({ name: 'backlog', ...place, records: this.window.unsettled + this.backlog.size });
    return true;
  }

  /** Tries what failed in smaller parts, until a record that Kafka will never take stands alone. */
  private commitFailed(batch: readonly InHand[], error: unknown): void {
    this.open = false;
    this.atMost = Math.max(1, Math.floor(batch.length / 8));
    const [first] = batch;
    if (first && batch.length === 1 && isRefusal(error)) this.handling.standAside(first, error);
    else this.handling.giveBack(batch);
    void this.takeOver();
  }

  private async takeOver(): Promise<void> {
    const standing = await this.shared.tenure.take();
    if (this.closed) return;
    if (!standing) return this.shared.lost();
    this.resume(standing);
    this.open = true;
    this.go();
    this.shared.changed();
    this.shared.fetcher.wake();
  }

  private resume({ start, metadata, committed }: Standing): void {
    this.window.resume(start, metadata, this.handling.offsets);
    this.handling.drop((offset) => this.window.isDone(offset));
    if (this.started) this.backlog.skipTo(start);
    else this.backlog.restart(start);
    this.started = true;
    this.committed = committed ?? start;
  }

  /** With nothing to do, moves the offset past trailing offsets without records, so that the group's lag is 0. */
  private rest(): void {
    if (this.idle || !this.resting) return;
    this.window.pass(this.backlog.position);
    if (this.window.commitPoint().offset === this.committed) return;
    this.idle = startTimer(IDLE_MS, () => {
      this.idle = undefined;
      if (this.resting) void this.commitRest();
    });
  }

  private get resting(): boolean {
    return this.open && !this.committing && this.window.unsettled === 0 && this.backlog.size === 0;
  }

  private async commitRest(): Promise<void> {
    this.committing = true;
    await this.commit([]);
    this.afterCommit();
  }
}
