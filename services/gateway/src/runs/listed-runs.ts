import type { RunList } from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { cursorOf, readCursor } from '../http/cursor.js';
import type { RunsQuery } from '../http/queries.js';
import type { RunQueries } from './runs.js';

/** A page of runs; `list` is whose cursors these are. @throws {RequestProblem} INVALID_CURSOR */
export async function listedRuns(
  { reader, runs }: { reader: StoreReader; runs: RunQueries },
  list: string,
  query: RunsQuery,
): Promise<RunList> {
  const { limit, cursor, status, pipeline, parent, degraded, detail } = query;
  const filter = { list, status, pipeline, parent, degraded };
  const before = readCursor(cursor, filter);
  const page = await reader.runs({
    limit,
    ...(before !== undefined && { before }),
    ...(status && { status }),
    ...(pipeline !== undefined && { pipeline }),
    ...(parent !== undefined && { parent }),
    ...(degraded !== undefined && { degraded: degraded === 'true' }),
  });
  const next = cursorOf(page.next, filter);
  const items = await (detail === 'true' ? runs.details(page.items) : runs.summaries(page.items));
  return { items, ...(next && { next }) };
}
