import { present, type RecoveredPartition } from '@millrace/contracts';
import { comparePartitions, decidedTopics, type Runtime, standingReason, StoreBehind } from '@millrace/runtime';
import type { Store } from '@millrace/store';

/** Knows whether the store is older than what the broker was told. Says so once, in the log; and as long as it is so, in /readyz and as a metric. */
export class StoreGuard {
  private found: string | undefined;
  private behind = 0;

  constructor(
    private readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'groups' | 'telemetry'>,
    private readonly store: Pick<Store, 'recoveries'>,
  ) {
    runtime.telemetry.meters.gauge(
      'millrace_store_behind_records',
      'Committed offsets that the store does not know: above 0 after a restore, until the store is recovered.',
      () => [{ value: this.behind, labels: {} }],
    );
  }

  /** The reason for which nothing may be decided; undefined where all is well. */
  get reason(): string | undefined {
    return this.found;
  }

  /** Compares store and groups. @returns why nothing may be decided */
  async check(): Promise<string | undefined> {
    if (await this.store.recoveries.underWay()) return this.tell('the store is being recovered', []);
    const partitions = await comparePartitions(
      { broker: this.runtime.broker, store: this.store.recoveries },
      decidedTopics(this.runtime),
    );
    return this.tell(standingReason(partitions), partitions);
  }

  /** @throws {StoreBehind} where the store is behind now: to be asked before something is taken for unknown */
  async ensure(): Promise<void> {
    const reason = await this.check();
    if (reason !== undefined) throw new StoreBehind(reason);
  }

  /** A partition that was taken over is not where it should be. @throws {StoreBehind} always */
  refuse(partition: RecoveredPartition): never {
    const reason = present(standingReason([partition]), 'reason to refuse the partition');
    this.tell(reason, [partition]);
    throw new StoreBehind(reason);
  }

  private tell(reason: string | undefined, partitions: readonly RecoveredPartition[]): string | undefined {
    const before = this.found;
    this.found = reason;
    this.behind = partitions.reduce((sum, { from, until }) => sum + until - from, 0);
    const { log } = this.runtime.telemetry;
    if (reason !== undefined && before === undefined)
      log.error(
        { code: 'STORE_BEHIND', partitions: partitions.filter(({ standing }) => standing !== 'even').slice(0, 20) },
        `The coordinator takes nothing: ${reason}.`,
      );
    if (reason === undefined && before !== undefined)
      log.warn('The store knows all that was committed: the coordinator goes on.');
    return reason;
  }
}
