import type { HoldRequest } from '@millrace/saga';
import type { Query } from '../database.js';
import { lockLines, nextInLine } from './holds.js';

/** Returns the parked runs that these runs are, or do the work of, and whose lines have to be kept. */
const parkedAbove = (query: Query, runs: readonly string[]): Promise<readonly HoldRequest[]> =>
  query<HoldRequest>(
    ({ among }) =>
      `with recursive above(id, parent) as (
         select id, parent from runs where id ${among('$1')}
         union select runs.id, runs.parent from runs join above on runs.id = above.parent
       )
       select holds.run, holds.pipeline, holds.key from holds join above on above.id = holds.run
       where holds.state in ('holding', 'resolved')`,
    [runs],
  );

/** Within a transaction, before dead letters are locked: keeps everybody else from the lines that letters of these runs may move. */
export async function lockLinesOf(query: Query, runs: readonly string[]): Promise<void> {
  if (runs.length > 0) await lockLines(query, await parkedAbove(query, runs));
}

/**
 * Within a transaction in which letters of these runs were resolved or opened again, and which holds their lines: a parked run holds its key up as long as a letter
 * of it, or of a child run, is open.
 */
export async function keepResolved(query: Query, runs: readonly string[], at: number): Promise<void> {
  if (runs.length === 0) return;
  for (const parked of await parkedAbove(query, runs)) {
    await query(
      `update holds set tell_at = null, state = case when exists(
         with recursive below(id) as (
           select cast($1 as text) union select runs.id from runs join below on runs.parent = below.id
         )
         select 1 from dead_letters join below on below.id = dead_letters.run where dead_letters.status = 'open'
       ) then 'holding' else 'resolved' end where run = $1`,
      [parked.run],
    );
    await nextInLine(query, [parked], at);
  }
}
