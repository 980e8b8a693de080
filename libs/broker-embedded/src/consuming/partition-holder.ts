import type { Consumption, Standstill } from '@millrace/broker';
import type { Partition, Subscription } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';
import type { Member } from './membership.js';
import { lost, within } from './waiting.js';

/** A partition as its holder works on it. */
interface HeldLease {
  /** Ends the work: what is still answered is not committed any more. */
  end(reason: Error): void;
}

/**
 * The life of a consumption: it joins its group, holds a lease for each partition of its own, can be paused, comes to rest and leaves. What
 * happens to records is its subclass's, whose constructor ends with `join`.
 */
export abstract class PartitionHolder<Lease extends HeldLease> implements Consumption, Member {
  protected readonly leases = new Map<Partition, Lease>();
  #paused = false;
  #draining = false;
  #ended = false;
  readonly #onRecovered = (): void => this.wake();

  constructor(
    readonly log: CommitLog,
    readonly subscription: Subscription,
  ) {}

  abstract readonly inFlight: number;
  abstract readonly queued: number;
  abstract readonly still: readonly Standstill[];

  /** Takes up work that there may be now. */
  protected abstract wake(): void;
  protected abstract leaseOf(partition: Partition): Lease;
  /** Resolves when nothing is in hand. */
  protected abstract atRest(): Promise<unknown>;

  get ready(): boolean {
    return !this.#ended && !this.#draining;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** True while no more work may be begun. */
  get held(): boolean {
    return this.#paused || this.#draining || this.#ended || this.log.stalled;
  }

  protected join(): void {
    this.log.onRecovered.add(this.#onRecovered);
    this.log.membership(this.subscription).join(this);
  }

  own(partition: Partition): void {
    this.leases.set(partition, this.leaseOf(partition));
  }

  lose(partition: Partition): void {
    const lease = this.leases.get(partition);
    this.leases.delete(partition);
    lease?.end(lost(partition));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  async drain(ms: number): Promise<void> {
    this.#draining = true;
    await within(ms, this.atRest());
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
    this.log.onRecovered.delete(this.#onRecovered);
    this.log.membership(this.subscription).leave(this);
  }
}
