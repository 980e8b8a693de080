import type { Outgoing } from '@millrace/broker';
import type { Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';
import type { Broker } from '@millrace/broker';
import { answerOf } from './answer.js';

type At = { topic: string; partition: number; committed: number | null };

/**
 * Where the store has each partition of a topic. A decision is recorded in the store first and published second; a
 * coordinator that died in between left its answer in the store, and whoever takes the partition over publishes it.
 */
export class Positions {
  private readonly expected = new Map<number, number | null>();

  constructor(private readonly of: { store: Store; broker: Broker; telemetry: Telemetry; group: string }) {}

  /** To be called when a partition was taken over: what has to be published before its next batch. */
  async open({ topic, partition, committed }: At): Promise<{ next: number; records: readonly Outgoing[] } | undefined> {
    const { store, broker, telemetry, group } = this.of;
    this.expected.delete(partition);
    const position = await store.writer.position(topic, partition);
    if (!position) {
      this.expected.set(partition, null);
      return undefined;
    }
    const lag = await broker.lag(group, topic);
    const end = lag.find((one) => one.partition === partition)?.end ?? 0;
    if (position.next > end) {
      telemetry.log.warn(
        { topic, partition, stored: position.next, end },
        'the topic is a new one: its old position is forgotten',
      );
      await store.writer.forget(topic, partition);
      this.expected.set(partition, null);
      return undefined;
    }
    this.expected.set(partition, position.next);
    // The log's mark may be past the store's: control records are stepped over without a batch.
    if (position.next <= (committed ?? 0)) return undefined;
    if (!position.answer)
      throw new Error(
        `The database has decided partition ${partition} of ${topic} up to offset ${position.next}, which is past what Kafka has committed, and lacks the records to publish for it.`,
      );
    return { next: position.next, records: answerOf(position.answer) };
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
