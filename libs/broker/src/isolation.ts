import type { Batch, OrderedSource, Outgoing, Standstill } from './broker.js';
import type { Incoming } from './incoming.js';
import { causeOf, damageOf, TRIES } from './parking.js';

/** A partition stands still once it has failed so often in a row. */
const STANDS_AFTER = 5;

/**
 * Finds the record that makes batches of its partition fail. Once a batch has failed `TRIES` times for a reason of its
 * records, the partition is taken in halves, down to one record: that one is parked, and the others go on.
 */
export class Isolation {
  private blamed = 0;
  private size = Infinity;
  /** Below this offset stands a record that a batch has failed with. */
  private until = 0;
  private condemned: { readonly offset: number; readonly error: unknown } | undefined;
  private failing: Standstill | undefined;
  private narrowed = false;

  constructor(
    private readonly source: OrderedSource,
    private readonly partition: number,
  ) {}

  /** Returns where the partition stands still, or undefined while it moves. */
  get still(): Standstill | undefined {
    return this.failing && this.failing.failures >= STANDS_AFTER ? this.failing : undefined;
  }

  /** Returns the number of the oldest records that make the next batch. A record that cannot be read goes alone. */
  cut(records: readonly Incoming[]): number {
    const damaged = records.findIndex((record) => record.damaged !== undefined);
    return Math.min(records.length, this.size, damaged < 0 ? Infinity : Math.max(damaged, 1));
  }

  /** Answers the batch: by its source, or for a record that was found to fail alone by parking it. `check` throws where the answer cannot be published. */
  async answer(batch: Batch, check: (answer: readonly Outgoing[]) => void): Promise<readonly Outgoing[]> {
    const { parking, take } = this.source;
    this.narrowed = false;
    const [first] = batch.records;
    const damage = first && damageOf(first);
    if (damage) return this.passed(batch, parking ? await parking.park(first, damage) : []);
    const { condemned } = this;
    if (first && parking && condemned?.offset === first.offset && batch.records.length === 1)
      return this.passed(batch, await parking.park(first, condemned.error));
    try {
      const answer = await take(batch);
      check(answer);
      return answer;
    } catch (error) {
      this.blame(batch, error);
      throw error;
    }
  }

  private async passed({ topic, partition, next }: Batch, records: readonly Outgoing[]): Promise<readonly Outgoing[]> {
    await this.source.passed?.({ topic, partition, next, records });
    return records;
  }

  /** Opening, answering or committing failed. Returns after how many failures in a row the same comes again, for the back-off: 0 where a smaller batch comes. */
  failed(error: unknown, offset: number | undefined): number {
    const { topic } = this.source;
    const { error: name, code, cause } = causeOf(error);
    const failures = (this.failing?.failures ?? 0) + 1;
    const since = this.failing?.since ?? Date.now();
    const what = { error: name, ...(code !== undefined && { code }), ...(cause !== undefined && { cause }) };
    this.failing = { topic, partition: this.partition, offset, failures, since, ...what };
    const narrowed = this.narrowed;
    this.narrowed = false;
    return narrowed ? 0 : failures;
  }

  /** All below `next` is done. */
  committed(next: number): void {
    this.failing = undefined;
    this.condemned = undefined;
    if (next >= this.until) {
      this.size = Infinity;
      this.blamed = 0;
    } else {
      this.size *= 2;
      this.blamed = TRIES - 1;
    }
  }

  private blame({ records, next }: Batch, error: unknown): void {
    if (!this.source.parking?.blames(error)) {
      this.blamed = 0;
      return;
    }
    if (++this.blamed < TRIES) return;
    this.narrowed = true;
    this.until = Math.max(this.until, next);
    const [first, second] = records;
    if (first && !second) this.condemned = { offset: first.offset, error };
    else {
      this.size = Math.ceil(records.length / 2);
      // A record that is alone for the first time gets another try.
      this.blamed = this.size === 1 ? TRIES - 2 : TRIES - 1;
    }
  }
}
