import { FinerState, RunStatus } from '@millrace/contracts';
import type { Database } from './database.js';
import type { Counts } from './store.js';

/** Counts by the indexes of the lists, each number up to `atMost`: the cost is bounded, however many rows there are. */
export async function countsOf(
  { query }: Pick<Database, 'query'>,
  { pipeline, atMost }: { readonly pipeline?: string | undefined; readonly atMost: number },
): Promise<Counts> {
  const within = pipeline === undefined ? '' : ' and pipeline = cast($2 as text)';
  const count = (name: string, from: string) =>
    `select '${name}' as name, (select count(*) from (select 1 as one from ${from}${within} limit cast($1 as int)) as counted) as count`;
  const statement = [
    ...RunStatus.options.map((status) => count(status, `runs where parent is null and status = '${status}'`)),
    ...FinerState.options.map((state) => count(state, `runs where parent is null and state = '${state}'`)),
    // Each status has its own part of the index.
    count(
      'degraded',
      `(${RunStatus.options
        .map(
          (status) =>
            `select * from (select pipeline from runs where parent is null and status = '${status}' and degraded${within} limit cast($1 as int)) as part`,
        )
        .join(' union all ')}) as parts where true`,
    ),
    count('review', `waits where kind = 'review'`),
    count('signal', `waits where kind = 'signal'`),
    count('letters', `dead_letters where status = 'open'`),
  ].join(' union all ');
  const rows = await query<{ name: string; count: number | string }>(
    statement,
    pipeline === undefined ? [atMost] : [atMost, pipeline],
  );
  const found = new Map(rows.map(({ name, count }) => [name, Number(count)]));
  const of = (name: string) => found.get(name) ?? 0;
  const runs = Object.fromEntries(RunStatus.options.map((status) => [status, of(status)])) as Counts['runs'];
  const states = Object.fromEntries(FinerState.options.map((state) => [state, of(state)])) as Counts['states'];
  return {
    runs,
    states,
    degraded: of('degraded'),
    reviews: of('review'),
    signals: of('signal'),
    deadLetters: of('letters'),
  };
}
