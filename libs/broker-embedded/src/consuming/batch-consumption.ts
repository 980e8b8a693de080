import type { Consumption, OrderedSource, Standstill } from '@millrace/broker';
import { BatchLease } from './batch-lease.js';
import type { Partition, Subscription } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';
import type { Member } from './membership.js';
import { lost, within } from './waiting.js';

/** Hands over each partition's records in order, a batch at a time, once they are on the disk. */
export class BatchConsumption implements Consumption, Member {
  readonly #leases = new Map<Partition, BatchLease>();
  #paused = false;
  #draining = false;
  #ended = false;
  readonly #wake = (): void => {
    for (const lease of this.#leases.values()) lease.wake();
  };

  constructor(
    readonly log: CommitLog,
    readonly subscription: Subscription,
    readonly source: OrderedSource,
  ) {
    log.onRecovered.add(this.#wake);
    log.membership(subscription).join(this);
  }

  get ready(): boolean {
    return !this.#ended && !this.#draining;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get inFlight(): number {
    return [...this.#leases.values()].reduce((sum, lease) => sum + lease.inHand, 0);
  }

  /** Records wait in the log alone. */
  get queued(): number {
    return 0;
  }

  get still(): readonly Standstill[] {
    return [...this.#leases.values()].flatMap(({ still }) => still ?? []);
  }

  /** True while no other batch may be begun. */
  get held(): boolean {
    return this.#paused || this.#draining || this.log.stalled;
  }

  own(partition: Partition): void {
    const lease = new BatchLease(this, partition);
    this.#leases.set(partition, lease);
    lease.begin();
  }

  lose(partition: Partition): void {
    const lease = this.#leases.get(partition)!;
    this.#leases.delete(partition);
    lease.end(lost(partition));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  async drain(ms: number): Promise<void> {
    this.#draining = true;
    await within(ms, Promise.all([...this.#leases.values()].map((lease) => lease.atRest())));
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
    this.log.onRecovered.delete(this.#wake);
    this.log.membership(this.subscription).leave(this);
  }
}
