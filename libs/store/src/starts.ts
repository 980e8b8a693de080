import {
  type CollectedRecord,
  intoWindow,
  type BatchWindow,
  nextTick,
  type Plan,
  type SlotNotice,
} from '@millrace/pipeline/engine';
import type { Database, Query } from './database.js';
import { type TakenBatch, takeOnce } from './taken.js';

/** A topic whose records begin runs. `spec` is the plan's `Trigger`. */
export interface TriggerRow {
  /** `<pipeline>/<name>/<topic>`. */
  readonly id: string;
  readonly name: string;
  readonly spec: unknown;
  /** The position of each partition; kept from the first time on. */
  readonly starts: Readonly<Record<string, number>>;
}

/** Times at which a pipeline is run. `spec` is the plan's `Schedule`. */
export interface ScheduleRow {
  /** `<pipeline>/<name>`. */
  readonly id: string;
  readonly pipeline: string;
  readonly name: string;
  readonly spec: unknown;
  /** It was made by somebody, and is not part of the plan. */
  readonly made: boolean;
  readonly nextAt: number | undefined;
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** Records that are a run now. */
export interface DueBatch {
  readonly id: string;
  readonly trigger: string;
  readonly key: string;
  readonly records: readonly unknown[];
}

type Due = Readonly<Record<'schedules' | 'batches' | 'slots' | 'holds' | 'signals' | 'lookups' | 'jobs', boolean>>;

/** A paused pipeline's schedules do not fire; their `catchUp` decides on resume what happens to the times that have passed. */
const RUNNING = 'pipeline not in (select pipeline from routes where paused is not null)';

/** The store's part in starting runs: schedules, batch windows, and runs whose turn has come. */
export class StartsStore {
  constructor(private readonly database: Database) {}

  /** Says for each kind of start whether any is due, in one look. */
  async due(at: number): Promise<Due> {
    const [row] = await this.database.query<Due>(
      ({ time }) =>
        `select exists(select 1 from schedules where next_at <= ${time('$1')} and ${RUNNING}) as schedules,
           exists(select 1 from gatherings where due_at <= ${time('$1')}) as batches,
           exists(select 1 from places where tell_at <= ${time('$1')}) as slots,
           exists(select 1 from holds where tell_at <= ${time('$1')}) as holds,
           exists(select 1 from signals where tell_at <= ${time('$1')})
             or exists(select 1 from signals where run is null and expires_at <= ${time('$1')}) as signals,
           exists(select 1 from cache_lookups where tell_at <= ${time('$1')})
             or exists(select 1 from cache_lookups where executing_until <= ${time('$1')}) as lookups,
           exists(select 1 from jobs where status = 'running' and next_at <= ${time('$1')}) as jobs`,
      [at],
      'starts-due',
    );
    return {
      schedules: Boolean(row?.schedules),
      batches: Boolean(row?.batches),
      slots: Boolean(row?.slots),
      holds: Boolean(row?.holds),
      signals: Boolean(row?.signals),
      lookups: Boolean(row?.lookups),
      jobs: Boolean(row?.jobs),
    };
  }

  /** Keeps the schedules of a plan, as `keepSchedulesOf`. Nothing, where another plan is current by now. */
  async keepSchedules(options: { pipeline: string; plan: string; at: number }): Promise<void> {
    await this.database.transaction(async (query) => {
      await query.lock('deployments', ['millrace.deployments']);
      const [current] = await query('select 1 from routes where pipeline = $1 and current = $2', [
        options.pipeline,
        options.plan,
      ]);
      if (current) await keepSchedulesOf(query, options);
    });
  }

  async dueSchedules(at: number, limit: number): Promise<readonly ScheduleRow[]> {
    const { query, dialect } = this.database;
    return scheduleRows(query, `next_at <= ${dialect.time('$1')} and ${RUNNING}`, { values: [at], limit });
  }

  /** Moves a schedule on, unless somebody else has. */
  async moveOn(schedule: ScheduleRow, nextAt: number | undefined): Promise<void> {
    await this.database.query(
      ({ time, millis }) =>
        `update schedules set next_at = ${time('$3')}
         where id = $1 and abs(${millis('next_at')} - cast($2 as float8)) < 0.5 and cast(spec as text) = $4`,
      [schedule.id, schedule.nextAt ?? null, nextAt ?? null, JSON.stringify(schedule.spec)],
    );
  }

  /** A trigger as it was deployed last, and where its topic stood when it was first. */
  async trigger(id: string): Promise<(TriggerRow & { readonly pipeline: string }) | undefined> {
    const [row] = await this.database.query<TriggerRow & { pipeline: string }>(
      'select id, pipeline, name, spec, starts from triggers where id = $1',
      [id],
    );
    return row;
  }

  /** Takes the records of a batch to those that wait, unless they were taken before. */
  async collect(
    at: TakenBatch & { readonly now: number },
    records: readonly (CollectedRecord & { offset: number })[],
  ): Promise<void> {
    await this.database.transaction((query) =>
      takeOnce(query, at, {
        records,
        take: async (fresh) => {
          // Records of a key come on several partitions.
          const keys = fresh.map(({ trigger, key }) => JSON.stringify([trigger, key]));
          await query.lock('batches', keys);
          for (const record of fresh) await take(query, record, at.now);
        },
      }),
    );
  }

  /** Those that are to become runs now. They take no more records, and are due again after `until` unless they are done with by then. */
  async dueBatches(options: { at: number; until: number; limit: number }): Promise<readonly DueBatch[]> {
    const rows = await this.database.query<{ id: string; trigger: string; key: string }>(
      ({ time, skipLocked }) =>
        `update gatherings set closed = true, due_at = ${time('$2')} where id in (
           select id from gatherings where due_at <= ${time('$1')} order by due_at limit cast($3 as int) ${skipLocked}
         ) returning id, trigger, key`,
      [options.at, options.until, options.limit],
    );
    const found: DueBatch[] = [];
    for (const row of rows) {
      const records = await this.database.query<{ record: unknown }>(
        'select record from gathered where gathering = $1 order by seq',
        [row.id],
      );
      found.push({ ...row, records: records.map(({ record }) => record) });
    }
    return found;
  }

  async forget(batches: readonly string[]): Promise<void> {
    await this.database.transaction(async (query) => {
      await query(({ among }) => `delete from gathered where gathering ${among('$1')}`, [batches]);
      await query(({ among }) => `delete from gatherings where id ${among('$1')}`, [batches]);
    });
  }

  /** Returns what runs have to hear; each notice comes again after `until` unless the run is known to have heard it. */
  async toTell(options: { at: number; until: number; limit: number }): Promise<readonly SlotNotice[]> {
    const rows = await this.database.query<{ run: string; cancel: string | null }>(
      ({ time, skipLocked }) =>
        `update places set tell_at = ${time('$2')} where run in (
           select run from places where tell_at <= ${time('$1')} order by tell_at limit cast($3 as int) ${skipLocked}
         ) returning run, cancel`,
      [options.at, options.until, options.limit],
    );
    return rows.map(({ run, cancel }) => ({ run, cancel: cancel ?? undefined }));
  }
}

export async function scheduleRows(
  query: Query,
  where: string,
  { values, limit = 10_000 }: { readonly values: readonly unknown[]; readonly limit?: number },
): Promise<readonly ScheduleRow[]> {
  const rows = await query<
    Omit<ScheduleRow, 'nextAt' | 'by' | 'reason'> & { nextAt: number | null; by: string | null; reason: string | null }
  >(
    ({ millis }) =>
      `select id, pipeline, name, spec, made, by, reason, ${millis('next_at')} as "nextAt"
       from schedules where ${where} order by next_at nulls last, id limit ${limit}`,
    values,
  );
  return rows.map((row) => ({
    ...row,
    nextAt: row.nextAt ?? undefined,
    by: row.by ?? undefined,
    reason: row.reason ?? undefined,
  }));
}

/** Within a transaction in which the plan is current: its schedules take the place of those before; one that has not changed keeps its time. */
export async function keepSchedulesOf(
  query: Query,
  options: { pipeline: string; plan: string; at: number },
): Promise<void> {
  const { pipeline, plan, at } = options;
  const [row] = await query<{ plan: Pick<Plan, 'starts'> }>('select plan from plans where hash = $1', [plan]);
  const starts = row?.plan.starts;
  const schedules = Object.entries(starts?.schedules ?? {});
  await query(
    ({ among }) => `delete from schedules where pipeline = $1 and not made and not (name ${among('$2')})`,
    [pipeline, schedules.map(([name]) => name)],
  );
  for (const [name, spec] of schedules)
    await upsertSchedule(query, { pipeline, name, spec, nextAt: nextTick(spec, at), made: false });
}

export type NewSchedule = Pick<ScheduleRow, 'pipeline' | 'name' | 'spec' | 'nextAt' | 'made'> &
  Partial<Pick<ScheduleRow, 'by' | 'reason'>>;

/** False where the plan has one of that name, or somebody made it. */
export async function upsertSchedule(
  query: Query,
  { pipeline, name, spec, nextAt, made, by, reason }: NewSchedule,
): Promise<boolean> {
  const rows = await query(
    ({ json, time }) =>
      `insert into schedules (id, pipeline, name, spec, made, next_at, by, reason)
       values ($1, $2, $3, ${json('$4')}, cast($5 as boolean), ${time('$6')}, $7, $8)
       on conflict (id) do update set spec = excluded.spec, by = excluded.by, reason = excluded.reason,
         next_at = case when cast(schedules.spec as text) = cast(excluded.spec as text) then schedules.next_at else excluded.next_at end
       where schedules.made = excluded.made
       returning 1`,
    [`${pipeline}/${name}`, pipeline, name, JSON.stringify(spec), made, nextAt ?? null, by ?? null, reason ?? null],
  );
  return rows.length > 0;
}

/** Adds a record to the batch window of its key that still takes some, or opens one. */
async function take(query: Query, one: CollectedRecord, now: number): Promise<void> {
  const { trigger, key, record, replaces } = one;
  const [open] = await query<BatchWindow>(
    ({ millis, forUpdate }) =>
      `select id, count, bytes, ${millis('first_at')} as "firstAt", ${millis('due_at')} as "dueAt"
       from gatherings where trigger = $1 and key = $2 and not closed ${forUpdate}`,
    [trigger, key],
  );
  const { ends, into, isFull } = intoWindow(open, one, now);
  const { id, count, bytes, firstAt, dueAt } = into;
  if (ends && open)
    await query(
      ({ time }) => `update gatherings set closed = true, due_at = ${time('$2')} where id = $1`,
      [open.id, now],
    );
  await query(
    ({ time }) =>
      `insert into gatherings (id, trigger, key, count, bytes, first_at, due_at, closed)
       values ($1, $2, $3, cast($4 as int), cast($5 as int), ${time('$6')}, ${time('$7')}, cast($8 as boolean))
       on conflict (id) do update set count = excluded.count, bytes = excluded.bytes, due_at = excluded.due_at, closed = excluded.closed`,
    [id, trigger, key, count, bytes, firstAt, dueAt, isFull],
  );
  if (replaces) await query('delete from gathered where gathering = $1', [id]);
  await query(
    ({ json }) => `insert into gathered (gathering, seq, record) values ($1, cast($2 as int), ${json('$3')})`,
    [id, count, JSON.stringify(record)],
  );
}

export async function removeSchedule(query: Query, pipeline: string, name: string): Promise<void> {
  await query('delete from schedules where id = $1 and made', [`${pipeline}/${name}`]);
}
