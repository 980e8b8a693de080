import { type Incoming, Isolation, type OrderedSource, type Outgoing } from '@millrace/broker';
import type { RecoveredPartition } from '@millrace/contracts';
import { blamesRecord } from '@millrace/runtime';
import type { CoordinatorContext } from '../context.js';
import { pagesOf } from './scan.js';

const MOST_RECORDS = 200;

/** Sets the time at which everything is decided: that of the record, which whoever published it may have set to anything. */
export class Clock {
  private time: number;

  /** `earliest`: nothing that is read again happened before, in milliseconds since the epoch. */
  constructor(private readonly earliest: number) {
    this.time = earliest;
  }

  get now(): number {
    return this.time;
  }

  set(timestamp: number): void {
    this.time = Math.min(Math.max(Math.trunc(timestamp) || 0, this.earliest), Date.now());
  }
}

interface Replay {
  readonly context: Pick<CoordinatorContext, 'broker' | 'store'>;
  readonly source: OrderedSource;
  readonly clock: Clock;
  /** Is told what a batch has led to. */
  readonly told: (records: readonly Outgoing[], partition: RecoveredPartition) => Promise<void>;
}

/**
 * Hands the records of these partitions to the source again, the oldest first, whichever partition it is in, and each at its own
 * time. Each batch moves the store on by itself, so that what is interrupted goes on where it was.
 */
export async function replay(options: Replay, partitions: readonly RecoveredPartition[]): Promise<void> {
  const cursors = await Promise.all(partitions.map((partition) => Cursor.open(options, partition)));
  for (;;) {
    const waiting = cursors.flatMap((cursor) => (cursor.head ? { cursor, at: cursor.head.timestamp } : []));
    if (waiting.length === 0) break;
    const { cursor, at } = waiting.reduce((a, b) => (b.at < a.at ? b : a));
    await cursor.step(at);
  }
  for (const cursor of cursors) await cursor.close();
}

/** One partition while it is read again. */
class Cursor {
  private page: readonly Incoming[] = [];
  private next: number;
  private readonly isolation: Isolation;
  private readonly pages: AsyncGenerator<readonly Incoming[]>;

  private constructor(
    private readonly options: Replay,
    private readonly partition: RecoveredPartition,
    from: number,
  ) {
    this.next = from;
    this.isolation = new Isolation(options.source, partition.partition);
    this.pages = pagesOf(options.context.broker, { ...partition, from });
  }

  static async open(options: Replay, partition: RecoveredPartition): Promise<Cursor> {
    const { topic, partition: number } = partition;
    const position = await options.context.store.writer.position(topic, number);
    const cursor = new Cursor(options, partition, position?.next ?? partition.from);
    await cursor.reopen();
    await cursor.fill();
    return cursor;
  }

  get head(): Incoming | undefined {
    return this.page[0];
  }

  /** Takes the oldest records, as many as have this time. */
  async step(timestamp: number): Promise<void> {
    const { topic, partition } = this.partition;
    const others = this.page.findIndex((record) => record.timestamp !== timestamp);
    const same = this.page.slice(0, Math.min(others < 0 ? this.page.length : others, MOST_RECORDS));
    this.options.clock.set(timestamp);
    for (let first = same[0]; first; first = same[0]) {
      const records = same.slice(0, this.isolation.cut(same));
      const next = (records.at(-1) ?? first).offset + 1;
      const batch = { topic, partition, records, next, signal: new AbortController().signal };
      try {
        const answer = await this.isolation.answer(batch, () => undefined);
        await this.options.told(answer, this.partition);
      } catch (error) {
        this.isolation.failed(error, first.offset);
        if (!blamesRecord(error)) throw error;
        await this.reopen();
        continue;
      }
      this.isolation.committed(next);
      this.next = next;
      same.splice(0, records.length);
      this.page = this.page.slice(records.length);
    }
    if (this.page.length === 0) await this.fill();
  }

  /** All that is left holds no records. */
  async close(): Promise<void> {
    const { topic, partition, until } = this.partition;
    if (this.next < until) await this.options.source.passed?.({ topic, partition, next: until, records: [] });
  }

  private async fill(): Promise<void> {
    const { value, done } = await this.pages.next();
    this.page = done ? [] : value;
  }

  /** Nothing is compared: that the partition is behind is known. */
  private async reopen(): Promise<void> {
    const { topic, partition } = this.partition;
    const position = await this.options.context.store.writer.position(topic, partition);
    await this.options.source.opened?.({ topic, partition, committed: position?.next ?? null });
  }
}
