import {
  causeOf,
  type Consumption,
  type Handle,
  type Outgoing,
  type Source,
  type Standstill,
  withParking,
} from '@millrace/broker';
import type { Partition, Subscription } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';
import type { Member } from './membership.js';
import { RecordLease, type RecordTask } from './record-lease.js';
import { lost, within } from './waiting.js';

/** Handles records of a topic, many at once; commits each one's answer and offset as one. */
export class RecordConsumption implements Consumption, Member {
  readonly #leases = new Map<Partition, RecordLease>();
  #order: RecordLease[] = [];
  #turn = 0;
  #paused = false;
  #ended = false;
  #draining = false;
  #handling = 0;
  #writing = 0;
  #idle: (() => void) | undefined;
  readonly still: readonly Standstill[] = [];
  readonly #handle: Handle;
  readonly #pump = (): void => this.#start();

  constructor(
    readonly log: CommitLog,
    readonly subscription: Subscription,
    readonly work: { source: Source; handle: Handle },
  ) {
    this.#handle = withParking(work.source, work.handle, log.settings.maxRecordBytes);
    log.onRecovered.add(this.#pump);
    log.membership(subscription).join(this);
  }

  get ready(): boolean {
    return !this.#ended && !this.#draining;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get inFlight(): number {
    return this.#handling;
  }

  get queued(): number {
    return this.#order.reduce((sum, lease) => sum + lease.queued, 0);
  }

  own(partition: Partition): void {
    const { source } = this.work;
    const lease = new RecordLease(this.subscription, partition, { source, reader: this.log.reader, wake: this.#pump });
    this.#leases.set(partition, lease);
    this.#order = [...this.#leases.values()];
    // Whoever shares the partitions out is not done yet.
    queueMicrotask(this.#pump);
  }

  lose(partition: Partition): void {
    const lease = this.#leases.get(partition)!;
    this.#leases.delete(partition);
    this.#order = [...this.#leases.values()];
    this.#handling -= lease.inFlight.size;
    lease.end(lost(partition));
    this.#restIfIdle();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#start();
  }

  async drain(ms: number): Promise<void> {
    this.#draining = true;
    if (this.#handling > 0 || this.#writing > 0)
      await within(ms, new Promise<void>((resolve) => (this.#idle = resolve)));
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.log.flush();
    this.abandon();
    await this.log.synced();
  }

  /** Leaves everything as it is, for the next owner. */
  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.log.onRecovered.delete(this.#pump);
    this.log.membership(this.subscription).leave(this);
  }

  #start(): void {
    const { concurrency } = this.work.source;
    let without = 0;
    while (this.#handling < concurrency && without < this.#order.length) {
      if (this.#paused || this.#draining || this.#ended || this.log.stalled) return;
      const lease = this.#order[this.#turn++ % this.#order.length]!;
      const task = lease.take();
      if (task) {
        without = 0;
        void this.#run(lease, task);
      } else {
        without++;
      }
    }
  }

  async #run(lease: RecordLease, task: RecordTask): Promise<void> {
    const controller = new AbortController();
    lease.inFlight.add(controller);
    this.#handling++;
    let answer: readonly Outgoing[] | undefined;
    try {
      answer = await this.#handle(task.record, controller.signal);
      this.log.check(answer);
    } catch (error) {
      answer = undefined;
      if (!lease.ended) this.#failed(task, error);
    }
    if (lease.ended) return;
    lease.inFlight.delete(controller);
    this.#handling--;
    if (answer) this.#commit(lease, task, answer);
    else lease.again(task);
    this.#start();
    this.#restIfIdle();
  }

  #commit(lease: RecordLease, task: RecordTask, records: readonly Outgoing[]): void {
    this.#writing++;
    let open = true;
    const settle = (): boolean => {
      if (!open) return false;
      open = false;
      this.#writing--;
      this.#restIfIdle();
      return true;
    };
    this.log.append({
      records,
      finish: { lease, offsets: [task.record.offset] },
      written: () => {
        if (settle()) this.#start();
      },
      refused: () => {
        if (settle() && !lease.ended) lease.again(task);
      },
    });
    lease.answered(task);
  }

  #failed({ record, failures }: RecordTask, error: unknown): void {
    const { topic, partition, offset } = record;
    this.log.settings.log?.warn(
      { topic, partition, offset, failures: failures + 1, ...causeOf(error) },
      'a record comes again',
    );
  }

  #restIfIdle(): void {
    if (this.#handling === 0 && this.#writing === 0) this.#idle?.();
  }
}
