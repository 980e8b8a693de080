import type { Broker, Outgoing, Passed } from '@millrace/broker';
import { comparePartition } from '@millrace/runtime';
import type { Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';
import { answerBytes, answerOf } from '../answers/answer.js';
import type { StoreGuard } from '../recovery/guard.js';

type At = { topic: string; partition: number; committed: number | null };

interface Needs {
  readonly store: Store;
  readonly broker: Broker;
  readonly telemetry: Telemetry;
  readonly group: string;
  readonly guard?: Pick<StoreGuard, 'refuse'> | undefined;
}

/**
 * The store's position of each partition of a topic. A decision is recorded in the store first and published second; a
 * coordinator that died in between left its answer in the store, and whoever takes the partition over publishes it.
 */
export class Positions {
  private readonly expected = new Map<number, number | null>();

  constructor(private readonly needs: Needs) {}

  /**
   * To be called when a partition was taken over: what has to be published before its next batch.
   * @throws {StoreBehind} where the store is older than the group's offset, or the group was reset
   */
  async open({ topic, partition, committed }: At): Promise<{ next: number; records: readonly Outgoing[] } | undefined> {
    const { store, telemetry } = this.needs;
    this.expected.delete(partition);
    const position = await store.writer.position(topic, partition);
    const { start, end } = await this.rangeOf(topic, partition);
    if (position && position.next > end) {
      telemetry.log.warn(
        { topic, partition, stored: position.next, end },
        'the topic is a new one: its old position is forgotten',
      );
      await store.writer.forget(topic, partition);
      this.expected.set(partition, null);
      return undefined;
    }
    await this.refuseOlder({ topic, partition, committed, start, end }, position);
    this.expected.set(partition, position?.next ?? null);
    // The log's mark may be past the store's: control records are stepped over without a batch.
    if (!position || position.next <= (committed ?? 0)) return undefined;
    if (!position.answer)
      throw new Error(
        `The database has decided partition ${partition} of ${topic} up to offset ${position.next}, which is past what Kafka has committed, and lacks the records to publish for it.`,
      );
    return { next: position.next, records: answerOf(position.answer) };
  }

  private async rangeOf(topic: string, partition: number): Promise<{ start: number; end: number }> {
    const lag = await this.needs.broker.lag(this.needs.group, topic);
    return lag.find((one) => one.partition === partition) ?? { start: 0, end: 0 };
  }

  private async refuseOlder(
    at: At & { start: number; end: number },
    position: { next: number; began: number } | undefined,
  ): Promise<void> {
    const { guard, broker } = this.needs;
    if (!guard) return;
    const found = await comparePartition(broker, at, { before: position, after: position });
    if (found.standing !== 'even') guard.refuse(found);
  }

  /** Moves on over offsets that no batch had, with what is published for them: where the store stands, the group stands too. */
  async pass({ topic, partition, next, records }: Passed): Promise<void> {
    const expected = this.expectedAt(partition);
    const answer = answerBytes(records);
    const nothing = { changes: [], deadLetters: [], redriven: [] };
    await this.needs.store.writer.commit({ topic, partition, expected, next, answer, ...nothing });
    this.moved(partition, next);
  }

  expectedAt(partition: number): number | null {
    const expected = this.expected.get(partition);
    if (expected === undefined) throw new Error(`Partition ${partition} was not opened.`);
    return expected;
  }

  moved(partition: number, next: number): void {
    this.expected.set(partition, next);
  }
}
