import { present } from '@millrace/contracts';
import {
  dropReason,
  type SlotChanges,
  slotFor,
  type SlotGrant,
  type SlotRequest,
  replaceReason,
} from '@millrace/pipeline/engine';
import type { Query } from './database.js';

type Spot = Pick<SlotRequest, 'pipeline' | 'key'>;

/** Within a transaction: gives slots in the order in which they are wanted. Others who give or take slots of the same key wait. */
export async function grantSlots(
  query: Query,
  wanted: readonly SlotRequest[],
  at: number,
): Promise<ReadonlyMap<string, SlotGrant>> {
  const given = new Map<string, SlotGrant>();
  const paused = await pausedOf(query, wanted);
  await lock(query, wanted);
  for (const one of wanted) given.set(one.run, await grantSlot(query, one, { at, paused: paused.has(one.pipeline) }));
  return given;
}

async function grantSlot(
  query: Query,
  { run, pipeline, key, limit, whenFull }: SlotRequest,
  { at, paused }: { at: number; paused: boolean },
): Promise<SlotGrant> {
  const [taken] = await query<{ active: number; held: number; leaving: number }>(
    `select cast(count(*) filter (where active) as int) as active,
       cast(count(*) filter (where not active and cancel is null) as int) as held,
       cast(count(*) filter (where active and cancel is not null) as int) as leaving
     from places where pipeline = $1 and key = $2 and most is not null`,
    [pipeline, key],
  );
  const { grant, endsWaiting, endsOldest } = slotFor(
    { limit, whenFull },
    { ...present(taken, 'count of the taken slots'), paused },
  );
  if (grant === 'dropped' || (grant === 'active' && limit === Infinity)) return grant;
  await query(
    `insert into places (run, pipeline, key, most, active) values ($1, $2, $3, cast($4 as int), cast($5 as boolean)) on conflict (run) do nothing`,
    [run, pipeline, key, mostOf(limit), grant === 'active'],
  );
  const values = [pipeline, key, run, replaceReason(run), at];
  if (endsWaiting)
    await query(
      ({ time }) =>
        `update places set cancel = $4, tell_at = ${time('$5')}
         where pipeline = $1 and key = $2 and not active and cancel is null and run <> $3`,
      values,
    );
  if (endsOldest)
    await query(
      ({ time }) =>
        `update places set cancel = $4, tell_at = ${time('$5')} where run = (
           select run from places where pipeline = $1 and key = $2 and active and cancel is null and run <> $3 order by seq limit 1)`,
      values,
    );
  return grant;
}

/** Within a transaction: keeps slots as a batch has it. Who is next where one became free is told so. */
export async function keepSlots(query: Query, { begun, ended, wanted, at }: SlotChanges): Promise<void> {
  if (begun.length + ended.length + wanted.length === 0) return;
  const own = await query<Spot>(
    ({ among }) => `select distinct pipeline, key from places where run ${among('$1')}`,
    [[...begun, ...ended]],
  );
  const paused = await pausedOf(query, [...own, ...wanted]);
  // All at once and first: who holds a row and then waits for a lock could wait for ever.
  await lock(query, [...own, ...wanted]);
  if (begun.length > 0) {
    await query(({ among }) => `delete from places where run ${among('$1')} and most is null`, [begun]);
    await query(({ among }) => `update places set tell_at = null where run ${among('$1')} and cancel is null`, [begun]);
  }
  for (const one of wanted) {
    const grant = await grantSlot(query, one, { at, paused: paused.has(one.pipeline) });
    await tellSlot(query, one, { grant, at });
  }
  if (ended.length === 0) return;
  const left = await query<Spot>(
    ({ among }) => `delete from places where run ${among('$1')} returning pipeline, key`,
    [ended],
  );
  for (const spot of left) if (!paused.has(spot.pipeline)) await nextTurns(query, spot, at);
}

/** Within a transaction that has written that the pipeline is no longer paused: those who waited for that begin, in their order. */
export async function beginWaiting(query: Query, pipeline: string, at: number): Promise<void> {
  const spots = await query<Spot>(
    'select distinct pipeline, key from places where pipeline = $1 and not active and most is not null',
    [pipeline],
  );
  await lock(query, spots);
  for (const spot of spots) await nextTurns(query, spot, at);
  await query(
    ({ time }) =>
      `update places set active = true, tell_at = ${time('$2')}
       where pipeline = $1 and not active and most is null and cancel is null`,
    [pipeline, at],
  );
}

/** Slots of a key that are free go to those who have waited longest, who are told so. */
async function nextTurns(query: Query, { pipeline, key }: Spot, at: number): Promise<void> {
  await query(
    ({ time }) => `update places set active = true, tell_at = ${time('$3')} where run in (
         select run from (
           select run, most, row_number() over (order by seq) as turn from places
           where pipeline = $1 and key = $2 and not active and cancel is null and most is not null
         ) waiting
         where turn + (select count(*) from places where pipeline = $1 and key = $2 and active and most is not null) <= most
       )`,
    [pipeline, key, at],
  );
}

/** A run that asked for a slot after it was accepted hears what it got like one that waited for it. */
async function tellSlot(
  query: Query,
  { run, pipeline, key, limit }: SlotRequest,
  options: { grant: SlotGrant; at: number },
): Promise<void> {
  const { at } = options;
  if (options.grant === 'active' && limit === Infinity)
    await query(
      ({ time }) =>
        `insert into places (run, pipeline, key, most, active, tell_at)
         values ($1, $2, $3, null, true, ${time('$4')}) on conflict (run) do nothing`,
      [run, pipeline, key, at],
    );
  else if (options.grant === 'active')
    await query(({ time }) => `update places set tell_at = ${time('$2')} where run = $1`, [run, at]);
  if (options.grant !== 'dropped') return;
  await query(
    ({ time }) =>
      `insert into places (run, pipeline, key, most, active, cancel, tell_at)
       values ($1, $2, $3, cast($4 as int), false, $5, ${time('$6')}) on conflict (run) do nothing`,
    [run, pipeline, key, mostOf(limit), dropReason(key, limit), at],
  );
}

/** Returns the pipelines that are paused. None is paused or goes on before the transaction is over. */
async function pausedOf(query: Query, spots: readonly Pick<Spot, 'pipeline'>[]): Promise<ReadonlySet<string>> {
  const names = [...new Set(spots.map(({ pipeline }) => pipeline))];
  const rows = await query<{ pipeline: string; paused: boolean }>(
    ({ among, forShare }) =>
      `select pipeline, paused is not null as paused from routes where pipeline ${among('$1')} order by pipeline ${forShare}`,
    [names],
  );
  return new Set(rows.flatMap(({ pipeline, paused }) => (paused ? [pipeline] : [])));
}

/** One that has no limit is not counted. */
const mostOf = (limit: number): number | null => (limit === Infinity ? null : limit);

const lock = (query: Query, spots: readonly Spot[]): Promise<void> =>
  query.lock(
    'slots',
    spots.map(({ pipeline, key }) => JSON.stringify([pipeline, key])),
  );
