import type { Incoming, Outgoing, Parking } from '@millrace/broker';
import { eventsRecord, readEvents, type RunEvent } from '@millrace/contracts';
import { blamesRecord, parkingOf } from '@millrace/runtime';
import type { CoordinatorContext } from '../context.js';

/** A run whose wake-up fails is not woken again before this: each time would be another dead letter. */
const WAKE_AGAIN_MS = 3_600_000;

/**
 * Parks records on `runs`. One that has events of several runs is published again as one record for each run, so that the
 * run that fails takes no other with it; only a record about a single run becomes a dead letter.
 */
export function runParking(context: CoordinatorContext, { group }: { group: string }): Parking {
  const { topics, store, telemetry, now } = context;
  const parking = parkingOf(context, { group, now });

  async function park(record: Incoming, error: unknown): Promise<readonly Outgoing[]> {
    const byRun = record.damaged === undefined ? eventsByRun(record) : undefined;
    if (byRun && byRun.size > 1) {
      const { topic, partition, offset } = record;
      telemetry.log.warn({ topic, partition, offset, runs: byRun.size }, 'A record is taken apart by its runs.');
      return [...byRun].map(([run, events]) => ({ ...eventsRecord(topics, run, events), partition }));
    }
    const [woken] = [...(byRun?.values() ?? [])].filter((events) => events.some(({ type }) => type === 'run.woken'));
    if (woken?.[0]) await sleepOn(woken[0].run);
    return parking.park(record, error);
  }

  async function sleepOn(run: string): Promise<void> {
    try {
      await store.writer.snooze(run, now() + WAKE_AGAIN_MS);
    } catch (error) {
      if (!blamesRecord(error)) throw error;
    }
  }

  return { ...parking, park };
}

/** Undefined where the record has items that are no events: it goes to the dead letters as it came. */
function eventsByRun({ value }: Incoming): ReadonlyMap<string, readonly RunEvent[]> | undefined {
  const { events, failure } = readEvents(value);
  if (failure) return undefined;
  const byRun = new Map<string, RunEvent[]>();
  for (const { event } of events) byRun.set(event.run, [...(byRun.get(event.run) ?? []), event]);
  return byRun;
}
