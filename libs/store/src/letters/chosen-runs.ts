import {
  type EraseWork,
  MOST_COMPARED,
  MOST_JOB_ITEMS,
  MOST_REPLAYED,
  type RunSelection,
  type RunWork,
} from '@millrace/contracts';
import type { Filter } from '@millrace/pipeline/engine';
import type { Database } from '../database.js';
import { attributeIs, filtersOf, readRunFilter } from '../search/filters.js';
import { findRuns } from '../search/find-runs.js';
import { lettersThatQuote } from './quoting-letters.js';

type Asked = Pick<Database, 'query' | 'dialect'>;

const PAGE = 1_000;
const MOST: Readonly<Record<RunWork['kind'], number>> = {
  replay: MOST_REPLAYED,
  compare: MOST_COMPARED,
  erase: MOST_JOB_ITEMS,
};

export const mostRunsOf = ({ kind }: RunWork): number => MOST[kind];

/**
 * Returns the runs that a job is about, the first accepted first; of too many the newest. An erasure is also about dead letters of no run. Searches page by
 * page, as a list does. @throws {FilterError}
 */
export async function chosenRuns(database: Asked, work: RunWork, now: number): Promise<readonly string[]> {
  const where = work.kind === 'erase' ? filtersOfErasure(work) : filtersOfRuns(work.runs, now);
  const most = mostRunsOf(work);
  const found: string[] = [];
  let before: string | undefined;
  do {
    const page = await findRuns(database, { where }, { limit: PAGE, ...(before !== undefined && { before }) });
    found.push(...page.items.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined && found.length < most);
  const runs = found.slice(0, most).reverse();
  if (work.kind !== 'erase') return runs;
  return [...runs, ...(await lettersThatQuote(database, work.attribute.value))];
}

function filtersOfRuns({ pipeline, status, where, since, until }: RunSelection, now: number): readonly Filter[] {
  const field = { name: 'acceptedAt', shown: 'acceptedAt', type: 'time' } as const;
  return [
    ...filtersOf({ pipeline, ...(status !== undefined && { status }) }),
    ...(since === undefined ? [] : [{ is: 'ordered', field, by: '>=', value: since } as const]),
    ...(until === undefined ? [] : [{ is: 'ordered', field, by: '<', value: until } as const]),
    ...(where === undefined ? [] : [readRunFilter(where, now)]),
  ];
}

function filtersOfErasure({ attribute: { name, value, pipeline } }: EraseWork): readonly Filter[] {
  // Without its value a request is one that was written by hand: it is about nothing.
  const wanted: Filter = value === undefined ? { is: 'always', holds: false } : attributeIs(name, value);
  return [wanted, ...filtersOf(pipeline === undefined ? {} : { pipeline })];
}
