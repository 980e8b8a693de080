import type { Filter } from '@millrace/pipeline/engine';
import type { RunSummary } from '../commit.js';
import type { Database } from '../database.js';
import { positionOf, RUNS } from '../lists.js';
import { cursorOf, type PageRequest, parameters } from '../page.js';
import { conditionOf, type Writing } from './filter-sql.js';
import { runOf, type RunRow } from './run-row.js';
import { type Source, sourceOf } from './source.js';

/** The most rows that are looked at for one page. Those of other tables are looked up one by one, which costs four blocks each. */
const MOST_LOOKED_AT = { runs: 10_000, run_attributes: 2_500, run_tags: 2_500 } as const;
const LEAST_OF_PART = 250;

export interface Sought {
  /** Filters that have to hold all. */
  readonly where: readonly Filter[];
  /** Child runs of this one, instead of runs that somebody asked for. */
  readonly parent?: string | undefined;
}

/** A page of the runs that a filter wants. `next` may follow a page with few runs or none: then so many rows were looked at, and there are older ones. */
export interface FoundRuns {
  readonly items: readonly RunSummary[];
  readonly next: string | undefined;
  /** The time up to which was looked, where a page ended before it was full and there are older runs. */
  readonly searchedTo: number | undefined;
}

type FoundRow = RunRow & { readonly fits: number; readonly isLast: number };

/**
 * Finds runs, newest first. An index gives the rows that are looked at; what it does not answer is tested on each of them, on 10,000 at most (2,500 of those that an attribute or a tag gives), so a page costs as
 * much as that and never as much as the table has rows.
 */
export async function findRuns(
  { query, dialect }: Pick<Database, 'query' | 'dialect'>,
  sought: Sought,
  page: PageRequest,
): Promise<FoundRuns> {
  const { values, value } = parameters();
  const writing: Writing = { dialect, value, rows: 'tested' };
  const parts = testedParts(sought, writing, page);
  if (parts.length === 0) return { items: [], next: undefined, searchedTo: undefined };
  const { millis } = dialect;
  const text = `select id, pipeline, plan, status, parent, degraded, title, state, failure_code as "failureCode",
      ${millis('accepted_at')} as "acceptedAt", ${millis('ended_at')} as "endedAt", fits, "isLast"
    from (${parts.map((part) => `select * from (${part}) part`).join(' union all ')}) found
    order by accepted_at desc, id desc`;
  const items: RunSummary[] = [];
  let full: string | undefined;
  for (const row of await query<FoundRow>(text, values)) {
    const at = cursorOf(row.acceptedAt, row.id);
    if (items.length === page.limit) {
      return { items, next: full, searchedTo: undefined };
    }
    if (row.fits > 0) {
      items.push(runOf(row));
      full = at;
    }
    // Older rows of this part were not looked at, so those that other parts have from here on cannot be put in order yet.
    if (row.isLast > 0) return { items, next: at, searchedTo: row.acceptedAt };
  }
  return { items, next: undefined, searchedTo: undefined };
}

/** Writes, for each part of the source, a statement that gives the rows that fit and the last that was looked at, where there may be more. */
function testedParts(sought: Sought, writing: Writing, page: PageRequest): readonly string[] {
  const { dialect, value } = writing;
  const source = sourceOf(sought.where, sought.parent);
  const conditions = source.parts(writing);
  const limit = value(page.limit + 1);
  const before = page.before === undefined ? undefined : positionOf(page.before, RUNS);
  const most = value(
    Math.max(LEAST_OF_PART, page.limit + 1, Math.floor(MOST_LOOKED_AT[source.from] / Math.max(1, conditions.length))),
  );
  const rest = conditionOf({ is: 'and', of: source.rest }, writing);
  const [at, id] = source.from === 'runs' ? ['accepted_at', 'id'] : ['accepted_at', 'run'];
  const bounds = source.times.map(({ by, value: time }) => `${at} ${by} ${dialect.time(value(time))}`);
  if (before)
    bounds.push(`(${at}, ${id}) < (${dialect.time(value(before.at))}, cast(${value(before.key[0])} as text))`);
  return conditions.map((condition) => {
    const rows = looked(source, [condition, ...bounds].join(' and '), { most, dialect });
    return `select * from (
      select tested.*, case when ${rest} then 1 else 0 end as fits,
        case when row_number() over (order by tested.accepted_at desc, tested.id desc) = cast(${most} as int) then 1 else 0 end as "isLast"
      from (${rows}) tested
    ) looked where fits = 1 or "isLast" = 1 order by accepted_at desc, id desc limit cast(${limit} as int)`;
  });
}

const COLUMNS = [
  'id',
  'pipeline',
  'plan',
  'status',
  'parent',
  'degraded',
  'title',
  'state',
  'failure_code',
  'ended_at',
];

/** Writes the statement that gives the rows of a part, at most so many. */
export function looked(
  { from }: Source,
  condition: string,
  { most, dialect }: { readonly most: string; readonly dialect: Writing['dialect'] },
): string {
  const limit = `limit cast(${most} as int)`;
  if (from === 'runs')
    return `select ${[...COLUMNS, 'accepted_at'].join(', ')} from runs where ${condition} order by accepted_at desc, id desc ${limit}`;
  const keys = `select run, accepted_at as at from ${from} where ${condition} order by accepted_at desc, run desc ${limit}`;
  const columns = COLUMNS.filter((column) => column !== 'id').map((column) => `runs.${column}`);
  return `select keys.run as id, keys.at as accepted_at, ${columns.join(', ')} from (${keys}) keys ${dialect.lookUp('runs', 'runs.id = keys.run')}`;
}
