import type { OrderedSource } from './broker.js';
import type { Incoming } from './incoming.js';

/** Decides for one partition how long records that can wait do so, for more to come that are taken with them. */
export class Linger {
  /** When the oldest of the records was found waiting: `performance.now()`. */
  private since: number | undefined;
  /** All records below this offset can wait. */
  private checked = 0;

  constructor(private readonly source: OrderedSource) {}

  /**
   * Returns the milliseconds for which a batch of `records` should wait; 0 where it is to be taken now: it is full, or holds a
   * record that cannot wait, or has waited.
   */
  waitMs(records: readonly Incoming[]): number {
    const { linger, maxBatch } = this.source;
    if (!linger || records.length >= maxBatch || !this.canWait(records, linger.canWait)) return 0;
    const now = performance.now();
    this.since ??= now;
    return Math.max(0, this.since + linger.ms - now);
  }

  /** The batch is taken: what comes next waits on its own. */
  taken(): void {
    this.since = undefined;
  }

  private canWait(records: readonly Incoming[], canWait: (record: Incoming) => boolean): boolean {
    for (const record of records) {
      if (record.offset < this.checked) continue;
      if (record.damaged !== undefined || !canWait(record)) return false;
      this.checked = record.offset + 1;
    }
    return true;
  }
}
