import type { RunList } from '@millrace/contracts/http';
import type { Reader } from '@millrace/store';
import { cursorOf, readCursor } from './cursor.js';
import type { RunsQuery } from './queries.js';
import type { Runs } from './runs.js';

/** A page of runs; `list` is whose cursors these are. @throws {RequestProblem} INVALID_CURSOR */
export async function listedRuns(
  { reader, runs }: { reader: Reader; runs: Runs },
  list: string,
  query: RunsQuery,
): Promise<RunList> {
  const { limit, cursor, status, pipeline, parent, degraded } = query;
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
  return { items: await runs.summaries(page.items), ...(next && { next }) };
}
