import type { FacetView, RunList, RunSummaryView } from '@millrace/contracts/http';
import type { RunFilter, StoreReader } from '@millrace/store';
import { cursorOf, readCursor } from '../http/cursor.js';
import type { FacetQuery, RunsQuery } from '../http/queries.js';
import { runFilterOf } from './run-filter.js';
import type { RunQueries } from './runs.js';
import { timeOf } from './shown.js';

interface Needs {
  readonly reader: Pick<StoreReader, 'runs'>;
  readonly runs: Pick<RunQueries, 'summaries' | 'details'>;
}

/** The most runs that are looked at for one page of those without a consumer. */
const MOST_LOOKED_AT = 1_000;

/** A page of runs; `list` is whose cursors these are. @throws {RequestProblem} INVALID_CURSOR, INVALID_REQUEST for a filter that cannot be used */
export async function listedRuns({ reader, runs }: Needs, list: string, query: RunsQuery): Promise<RunList> {
  const { limit, cursor, detail } = query;
  const filter = cursorFilterOf(list, query);
  const before = readCursor(cursor, filter);
  const asked = { ...runsAsked(query), limit, ...(before !== undefined && { before }) };
  const page = query.state === 'no-consumer' ? await unservedRuns({ reader, runs }, asked) : await reader.runs(asked);
  const next = cursorOf(page.next, filter);
  const items = await (detail === 'true' ? runs.details(page.items) : runs.summaries(page.items));
  const { searchedTo } = page;
  return { items, ...(next && { next }), ...(searchedTo !== undefined && { searchedTo: timeOf(searchedTo) }) };
}

/** Everything that a cursor is bound to: the same list with other filters has other pages. */
function cursorFilterOf(list: string, query: RunsQuery): Readonly<Record<string, string | undefined>> {
  const { status, state, pipeline, parent, degraded, where, code, tag, text, since, until } = query;
  return {
    ...{ list, status, state, pipeline, parent, degraded, where, code, tag, text },
    since: since?.toString(),
    until: until?.toString(),
  };
}

/** The most runs whose values are counted. */
const MOST_IN_FACET = 20_000;

/** Counts the values of a field. @throws {RequestProblem} INVALID_REQUEST for a filter that cannot be used */
export async function facetsOf(reader: Pick<StoreReader, 'facet'>, { by, ...query }: FacetQuery): Promise<FacetView> {
  const { values, isComplete } = await reader.facet({ ...runsAsked(query), by, atMost: MOST_IN_FACET });
  return { by, values: [...values], isComplete };
}

function runsAsked(query: Omit<FacetQuery, 'by'>): RunFilter {
  const { status, pipeline, parent, degraded } = query;
  const where = runFilterOf(query, Date.now());
  return {
    ...(status && { status }),
    ...(pipeline !== undefined && { pipeline }),
    ...(parent !== undefined && { parent }),
    ...(degraded !== undefined && { degraded: degraded === 'true' }),
    ...(where && { where }),
  };
}

type Page = Awaited<ReturnType<StoreReader['runs']>>;

/** Finds the runs whose stages nobody serves among those that are under way: no row says it, because it changes with every process that starts or ends. */
async function unservedRuns(
  { reader, runs }: Needs,
  asked: RunFilter & { readonly limit: number; readonly before?: string },
): Promise<Page> {
  const items: Page['items'][number][] = [];
  let { before } = asked;
  let [lookedAt, searchedTo] = [0, undefined as number | undefined];
  do {
    const page = await reader.runs({
      ...asked,
      limit: asked.limit - items.length,
      ...(before !== undefined && { before }),
    });
    const views = await runs.summaries(page.items);
    items.push(...page.items.filter((_, i) => isUnserved(views[i])));
    lookedAt += page.items.length;
    ({ next: before } = page);
    searchedTo = page.items.at(-1)?.acceptedAt ?? page.searchedTo;
  } while (before !== undefined && items.length < asked.limit && lookedAt < MOST_LOOKED_AT);
  const isShort = before !== undefined && items.length < asked.limit;
  return { items, next: before, ...(isShort && searchedTo !== undefined && { searchedTo }) };
}

/** The most runs that are looked at to count them: where a stage is not served, the facts of each are read. */
const MOST_COUNTED = 250;

/** Counts the runs whose stages nobody serves among the newest 250 that are under way. */
export async function unservedCount(needs: Needs, pipeline: string | undefined): Promise<number> {
  const query = { state: 'no-consumer' } as const;
  const where = runFilterOf(query, Date.now());
  const page = await needs.reader.runs({
    limit: MOST_COUNTED,
    ...(pipeline !== undefined && { pipeline }),
    ...(where && { where }),
  });
  return (await needs.runs.summaries(page.items)).filter(isUnserved).length;
}

const isUnserved = (view: RunSummaryView | undefined): boolean => view?.noConsumer !== undefined;
