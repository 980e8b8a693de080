import type { Database } from '../database.js';

/** The most runs of a line that are counted. */
const MOST_COUNTED = 1_000;

/** The place of a run in the line of its hold key. */
export interface HoldStanding {
  readonly key: string;
  /** For a run that waits: the run that holds its key up, and the number of runs that wait before it. */
  readonly behind?: string;
  readonly ahead?: number;
  /** For a run that holds its key up: the number of runs that wait, up to 1,000. */
  readonly waiting?: number;
}

interface Row {
  readonly run: string;
  readonly key: string;
  readonly state: string;
  readonly behind: string | null;
  readonly count: number | string;
}

/** Returns where runs stand in the lines of their hold keys; runs that stand in none are left out. */
export async function holdsOf(
  { query }: Pick<Database, 'query'>,
  runs: readonly string[],
): Promise<ReadonlyMap<string, HoldStanding>> {
  if (runs.length === 0) return new Map();
  const rows = await query<Row>(
    ({ among }) =>
      `select own.run, own.key, own.state, (
         select run from holds where pipeline = own.pipeline and key = own.key and state = 'holding' order by seq limit 1
       ) as behind, (
         select count(*) from (
           select 1 as one from holds where pipeline = own.pipeline and key = own.key and state = 'waiting'
             and (own.state <> 'waiting' or seq < own.seq) limit ${MOST_COUNTED}
         ) as counted
       ) as count
       from holds own where own.run ${among('$1')} and own.state in ('waiting', 'holding')`,
    [runs],
  );
  return new Map(rows.map((row) => [row.run, standingOf(row)]));
}

function standingOf({ key, state, behind, count }: Row): HoldStanding {
  if (state === 'waiting') return { key, ahead: Number(count), ...(behind !== null && { behind }) };
  return { key, waiting: Number(count) };
}
