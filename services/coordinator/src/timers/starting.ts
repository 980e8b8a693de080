import type { Blobs } from '@millrace/blobs';
import { type Broker, causeOf, type Outgoing, sizeOf } from '@millrace/broker';
import { eventRecord, intakeRecord, present, type RunEvent, type Topics, type WireRecord } from '@millrace/contracts';
import {
  dueTicks,
  inputOfBatch,
  type LoadedPlan,
  loadStarts,
  Schedule,
  Starts,
  tickAsks,
} from '@millrace/pipeline/engine';
import type { Contracts } from '@millrace/saga';
import type { DueBatch, ScheduleRow, Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';
import { lightRequest } from '../blobs/light-request.js';
import { tellLookups } from '../cache/lookups.js';
import type { CoordinatorPlans } from '../deployments/plans.js';
import { workOnJobs } from '../jobs/working.js';
import { tellSignals } from '../sources/signals.js';

/** The number that is read at once: enough to share a transaction, few enough to be in memory. */
const BATCH = 200;
/** After this time a record that was published and is not known to have arrived is published again. */
const SNOOZE_MS = 15_000;

interface Needs {
  readonly store: Store;
  readonly broker: Broker;
  readonly topics: Topics;
  readonly telemetry: Telemetry;
  readonly plans: CoordinatorPlans;
  readonly contracts: Contracts;
  readonly blobs?: Blobs | undefined;
}

/**
 * Starts what is due: schedules, batch windows that have closed, and runs that have got a concurrency slot or may go on in the line of their hold key. Each start is published with an idempotency key that follows from
 * it, and is marked as done only then: if the coordinator crashes in between, the next one publishes it again, and it is the same run. A kind of start that fails holds up no
 * other. Returns true where more is due.
 */
export async function beginDue(needs: Needs, at: number): Promise<boolean> {
  const due = await needs.store.starts.due(at);
  const kinds = [
    due.schedules && tick,
    due.batches && endBatches,
    due.slots && tell,
    due.holds && tellInLine,
    due.signals && tellSignals,
    due.lookups && tellLookups,
    due.jobs && workOnJobs,
  ] as const;
  let more = false;
  for (const begin of kinds) {
    try {
      if (begin && (await begin(needs, at))) more = true;
    } catch (error) {
      needs.telemetry.log.warn(
        { err: error },
        'Due schedules, batches, runs, lookups or jobs could not begin or go on; they are tried again.',
      );
    }
  }
  return more;
}

async function tick(needs: Needs, at: number): Promise<boolean> {
  const { store, broker, telemetry } = needs;
  const rows = await store.starts.dueSchedules(at, BATCH);
  let more = rows.length === BATCH;
  for (const row of rows) {
    const begins = ticksOf(row, { needs, at });
    if (!begins) {
      telemetry.log.error({ schedule: row.id }, 'A schedule cannot be read: it is stopped.');
      await store.starts.moveOn(row, undefined);
      continue;
    }
    const { records, next } = begins;
    const fitting = records.filter((record) => sizeOf(record) <= broker.maxRecordBytes);
    if (fitting.length < records.length)
      telemetry.log.error(
        { schedule: row.id },
        'The input of a schedule is too large for a record: it begins nothing.',
      );
    if (fitting.length > 0) await broker.publish(fitting);
    await store.starts.moveOn(row, next);
    more ||= next !== undefined && next <= at;
  }
  return more;
}

/** Returns the runs that a schedule starts now, and the time it is due next; undefined where it cannot be read. */
function ticksOf(
  row: ScheduleRow,
  { needs, at }: { needs: Needs; at: number },
): { records: Outgoing[]; next: number | undefined } | undefined {
  try {
    const schedule = scheduleOf(row);
    if (!schedule || row.nextAt === undefined) return undefined;
    const { ticks, next } = dueTicks(schedule, { first: row.nextAt, now: at, most: BATCH });
    const source = `/millrace/schedules/${row.id}`;
    const records = ticks.map((tick) => {
      const asks = tickAsks({ ...schedule, name: row.name }, tick);
      return intakeRecord(needs.topics, { pipeline: row.pipeline, ...asks, source, at });
    });
    return { records, next };
  } catch (error) {
    needs.telemetry.log.error({ schedule: row.id, ...causeOf(error) }, 'The times of a schedule cannot be computed.');
    return undefined;
  }
}

function scheduleOf({ name, spec }: ScheduleRow) {
  const { data } = Schedule.safeParse(spec);
  return data && loadStarts(Starts.parse({ schedules: { [name]: data } })).schedules.get(name);
}

async function endBatches({ store, broker, topics, telemetry, blobs }: Needs, at: number): Promise<boolean> {
  const batches = await store.starts.dueBatches({ at, until: at + SNOOZE_MS, limit: BATCH });
  const done: string[] = [];
  const records: Outgoing[] = [];
  for (const dueBatch of batches) {
    const trigger = await store.starts.trigger(dueBatch.trigger);
    const request = batchRecord({ topics, telemetry }, dueBatch, { trigger, at });
    const record = request && (await lightRequest(request, blobs));
    if (record && sizeOf(record) <= broker.maxRecordBytes) {
      records.push(record);
      done.push(dueBatch.id);
    } else
      telemetry.log.error(
        { batch: dueBatch.id },
        'The batch of a trigger makes no record that can be published: it is kept and tried again.',
      );
  }
  if (records.length > 0) await broker.publish(records);
  await store.starts.forget(done);
  return batches.length === BATCH;
}

type StoredTrigger = Awaited<ReturnType<Store['starts']['trigger']>>;

function batchRecord(
  { topics, telemetry }: Pick<Needs, 'topics' | 'telemetry'>,
  { id, records }: DueBatch,
  options: { trigger: StoredTrigger; at: number },
): WireRecord | undefined {
  const { trigger: row, at } = options;
  if (!row) return undefined;
  const { pipeline, name, spec } = row;
  try {
    const [trigger] = loadStarts(Starts.parse({ triggers: { [name]: spec } })).triggers;
    const input = inputOfBatch(present(trigger, `trigger "${name}"`), records);
    return intakeRecord(topics, { pipeline, key: id, input, source: `/millrace/triggers/${pipeline}/${name}`, at });
  } catch (error) {
    telemetry.log.error({ batch: id, ...causeOf(error) }, 'The batch of a trigger makes no input.');
    return undefined;
  }
}

async function tell({ store, broker, topics }: Needs, at: number): Promise<boolean> {
  const told = await store.starts.toTell({ at, until: at + SNOOZE_MS, limit: BATCH });
  if (told.length === 0) return false;
  await broker.publish(
    told.map(({ run, cancel }) => {
      const event: RunEvent =
        cancel === undefined
          ? { type: 'run.released', run, at }
          : { type: 'run.cancel-requested', run, at, by: 'millrace', reason: cancel };
      return eventRecord(topics, event);
    }),
  );
  return told.length === BATCH;
}

/** Tells runs that no run before them holds their key up any more. */
async function tellInLine({ store, broker, topics }: Needs, at: number): Promise<boolean> {
  const told = await store.holds.toTell({ at, until: at + SNOOZE_MS, limit: BATCH });
  if (told.length === 0) return false;
  await broker.publish(told.map((run) => eventRecord(topics, { type: 'run.released', run, at, hold: true })));
  return told.length === BATCH;
}

/** The schedules of a plan that is current take the place of those of the one before. */
export function keepSchedules(store: Store, { hash, plan }: LoadedPlan, at: number): Promise<void> {
  return store.starts.keepSchedules({ pipeline: plan.pipeline, plan: hash, at });
}
