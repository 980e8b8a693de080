import type { OrderedSource, Standstill } from '@millrace/broker';
import type { Partition, Subscription } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';
import { BatchLease } from './batch-lease.js';
import { PartitionHolder } from './partition-holder.js';

/** Hands over each partition's records in order, a batch at a time, once they are on the disk. */
export class BatchConsumption extends PartitionHolder<BatchLease> {
  /** Records wait in the log alone. */
  readonly queued = 0;

  constructor(
    log: CommitLog,
    subscription: Subscription,
    readonly source: OrderedSource,
  ) {
    super(log, subscription);
    this.join();
  }

  get inFlight(): number {
    return [...this.leases.values()].reduce((sum, lease) => sum + lease.inHand, 0);
  }

  get still(): readonly Standstill[] {
    return [...this.leases.values()].flatMap(({ still }) => still ?? []);
  }

  override own(partition: Partition): void {
    super.own(partition);
    this.leases.get(partition)?.begin();
  }

  protected override leaseOf(partition: Partition): BatchLease {
    return new BatchLease(this, partition);
  }

  protected override wake(): void {
    for (const lease of this.leases.values()) lease.wake();
  }

  protected override atRest(): Promise<unknown> {
    return Promise.all([...this.leases.values()].map((lease) => lease.atRest()));
  }
}
