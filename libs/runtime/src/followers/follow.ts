import type { Incoming, Tail } from '@millrace/broker';
import type { Runtime } from '../runtime.js';

export type FollowerContext = Pick<Runtime, 'broker' | 'topics' | 'telemetry'>;

/**
 * Reads a topic in no group, and resolves when all that was there has been read. `see` returns why it passes a record over, or undefined
 * where it takes the record. A record that is passed over is counted, and logged by its place alone.
 */
export async function follow(
  { broker, telemetry }: FollowerContext,
  options: { readonly topic: string; readonly from: 'start' | 'end' },
  see: (record: Incoming) => string | undefined,
): Promise<Tail> {
  const tail = await broker.tail([options.topic], options.from, (record) => {
    const reason = see(record);
    if (reason === undefined) return;
    const { topic, partition, offset } = record;
    telemetry.meters.passedOver.add(1, { topic });
    telemetry.log.error({ topic, partition, offset, reason }, 'A record is passed over: all stays as it was.');
  });
  await tail.caughtUp;
  return tail;
}
