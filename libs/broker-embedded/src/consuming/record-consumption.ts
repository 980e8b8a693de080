import { causeOf, type Handle, type Outgoing, type Source, type Standstill, withParking } from '@millrace/broker';
import type { Partition, Subscription } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';
import { PartitionHolder } from './partition-holder.js';
import { RecordLease, type RecordTask } from './record-lease.js';

/** Handles records of a topic, many at once; commits each one's answer and offset as one. */
export class RecordConsumption extends PartitionHolder<RecordLease> {
  #order: RecordLease[] = [];
  #turn = 0;
  #handling = 0;
  #writing = 0;
  #idle: (() => void) | undefined;
  readonly still: readonly Standstill[] = [];
  readonly #handle: Handle;

  constructor(
    log: CommitLog,
    subscription: Subscription,
    readonly work: { source: Source; handle: Handle },
  ) {
    super(log, subscription);
    this.#handle = withParking(work.source, work.handle, log.settings.maxRecordBytes);
    this.join();
  }

  get inFlight(): number {
    return this.#handling;
  }

  get queued(): number {
    return this.#order.reduce((sum, lease) => sum + lease.queued, 0);
  }

  override own(partition: Partition): void {
    super.own(partition);
    this.#order = [...this.leases.values()];
    // Whoever shares the partitions out is not done yet.
    queueMicrotask(() => this.wake());
  }

  override lose(partition: Partition): void {
    this.#handling -= this.leases.get(partition)?.inFlight ?? 0;
    super.lose(partition);
    this.#order = [...this.leases.values()];
    this.#restIfIdle();
  }

  protected override leaseOf(partition: Partition): RecordLease {
    const { source } = this.work;
    return new RecordLease(this.subscription, partition, {
      source,
      reader: this.log.reader,
      wake: () => this.wake(),
    });
  }

  protected override async atRest(): Promise<void> {
    if (this.#handling > 0 || this.#writing > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  protected override wake(): void {
    const { concurrency } = this.work.source;
    let without = 0;
    while (this.#handling < concurrency && without < this.#order.length) {
      if (this.held) return;
      const lease = this.#order[this.#turn++ % this.#order.length];
      const task = lease?.take();
      if (lease && task) {
        without = 0;
        void this.#run(lease, task);
      } else {
        without++;
      }
    }
  }

  async #run(lease: RecordLease, task: RecordTask): Promise<void> {
    lease.inFlight++;
    this.#handling++;
    let answer: readonly Outgoing[] | undefined;
    try {
      answer = await this.#handle(task.record, lease.signal);
      this.log.check(answer);
    } catch (error) {
      answer = undefined;
      if (!lease.ended) this.#failed(task, error);
    }
    if (lease.ended) return;
    lease.inFlight--;
    this.#handling--;
    if (answer) this.#commit(lease, task, answer);
    else lease.again(task);
    this.wake();
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
        if (settle()) this.wake();
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
