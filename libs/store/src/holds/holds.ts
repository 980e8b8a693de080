import type { HoldChanges, HoldRequest } from '@millrace/saga';
import { ints, type Query, texts } from '../database.js';

/*
 * The lines of hold keys: one row for each run that holds its key up, or waits. A row `holding` is a run of which a step is parked, or that has come out of the line and goes on;
 * `waiting`: a run in line; `passing`: nobody held the key up, and the run has yet to hear so; `resolved`: a parked run whose letters are resolved, which holds nobody up.
 * The lock of a key is taken before its rows are read, so whoever parks, ends, or is accepted is put in one order, whatever partition and coordinator that happens on.
 */

/** A line: the runs of one key. */
type Line = Pick<HoldRequest, 'pipeline' | 'key'>;

const nameOf = ({ pipeline, key }: Line): string => JSON.stringify([pipeline, key]);

/** Keeps everybody else from these lines until the transaction ends. Taken before the locks of slots and of dead letters. */
export const lockLines = (query: Query, lines: readonly Line[]): Promise<void> =>
  query.lock('holds', lines.map(nameOf));

const columnsOf = (requests: readonly HoldRequest[]) => ({
  run: texts(requests.map(({ run }) => run)),
  pipeline: texts(requests.map(({ pipeline }) => pipeline)),
  key: texts(requests.map(({ key }) => key)),
});

const HOLDER = (rows: string): string => `
select u.run, (
  select holds.run from holds
  where holds.pipeline = u.pipeline and holds.key = u.key and holds.state = 'holding' order by holds.seq limit 1
) as behind from ${rows}`;

const WAIT = (rows: string): string => `
insert into holds (run, pipeline, key, state)
select run, pipeline, key, 'waiting' from ${rows} where true order by no
on conflict (run) do nothing`;

/**
 * Within a transaction: puts runs into the line of their key where a run before them holds it up, in their order. Returns, for each of those, the run that holds
 * its key up.
 */
export async function standInLine(query: Query, wanted: readonly HoldRequest[]): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map();
  await lockLines(query, wanted);
  const rows = await query.each<{ run: string; behind: string | null }>(HOLDER, columnsOf(wanted));
  const behind = new Map(rows.flatMap(({ run, behind }) => (behind === null ? [] : [[run, behind] as const])));
  const waiting = wanted.filter(({ run }) => behind.has(run));
  if (waiting.length > 0) await query.each(WAIT, { ...columnsOf(waiting), no: ints(waiting.map((_, no) => no)) });
  return behind;
}

const HOLD_UP = (rows: string): string => `
insert into holds (run, pipeline, key, state)
select run, pipeline, key, 'holding' from ${rows} where true
on conflict (run) do update set state = 'holding'`;

/** Within a transaction: keeps the lines of hold keys as a batch has them. Where nobody holds a key up any more, the first in line is told to go on. */
export async function keepHolds(query: Query, { begun, parked, wanted, ended, at }: HoldChanges): Promise<void> {
  const own = await query<Line>(
    ({ among }) => `select distinct pipeline, key from holds where run ${among('$1')}`,
    [[...begun, ...ended]],
  );
  await lockLines(query, [...own, ...parked, ...wanted]);
  if (begun.length > 0 && own.length > 0) {
    await query(({ among }) => `delete from holds where state = 'passing' and run ${among('$1')}`, [begun]);
    await query(({ among }) => `update holds set tell_at = null where run ${among('$1')}`, [begun]);
  }
  if (parked.length > 0) await query.each(HOLD_UP, columnsOf(parked));
  const behind = await standInLine(query, wanted);
  for (const { run, pipeline, key } of wanted.filter((one) => !behind.has(one.run)))
    await query(
      ({ time }) =>
        `insert into holds (run, pipeline, key, state, tell_at) values ($1, $2, $3, 'passing', ${time('$4')}) on conflict (run) do nothing`,
      [run, pipeline, key, at],
    );
  if (ended.length === 0 || own.length === 0) return;
  const left = await query<Line>(
    ({ among }) => `delete from holds where run ${among('$1')} returning pipeline, key`,
    [ended],
  );
  await nextInLine(query, left, at);
}

/** Lets the run that has waited longest go on in each line that nobody holds up any more: from now on it holds the line up itself, until it has ended. */
export async function nextInLine(query: Query, lines: readonly Line[], at: number): Promise<void> {
  for (const { pipeline, key } of new Map(lines.map((line) => [nameOf(line), line])).values())
    await query(
      ({ time }) =>
        `update holds set state = 'holding', tell_at = ${time('$3')} where run = (
           select run from holds where pipeline = $1 and key = $2 and state = 'waiting' order by seq limit 1
         ) and not exists(select 1 from holds where pipeline = $1 and key = $2 and state = 'holding')`,
      [pipeline, key, at],
    );
}
