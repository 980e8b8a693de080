import { isOver, RunStatus } from '@millrace/contracts';
import type { RunSummaryView } from '@millrace/contracts/http';
import type { RunsQuery } from '../http/queries.js';
import { durationOf, MARKS } from './words.js';

interface Shown {
  readonly query: RunsQuery;
  readonly runs: readonly RunSummaryView[];
  readonly next: string | undefined;
  readonly now: number;
}

/** Returns the data for the template of the list. */
export function runsPage({ query, runs, next, now }: Shown) {
  const { status, pipeline, parent, degraded } = query;
  const kept = { pipeline, parent, degraded, status };
  const link = (query: Record<string, string | undefined>): string => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return given.length === 0 ? '/' : `/?${new URLSearchParams(given).toString()}`;
  };
  return {
    title: 'Runs',
    filters: [undefined, ...RunStatus.options].map((option) => ({
      name: option ?? 'all',
      href: link({ ...kept, status: option }),
      current: option === status,
    })),
    degraded: { href: link({ ...kept, degraded: degraded ? undefined : 'true' }), current: degraded === 'true' },
    pipeline,
    withoutPipeline: link({ ...kept, pipeline: undefined }),
    runs: runs.map((run) => ({
      ...run,
      mark: MARKS[run.status],
      ago: durationOf(now - Date.parse(run.acceptedAt)),
      took: isOver(run.status) && run.endedAt ? durationOf(Date.parse(run.endedAt) - Date.parse(run.acceptedAt)) : '',
      pipelineHref: link({ pipeline: run.pipeline, status }),
    })),
    parent,
    withoutParent: link({ ...kept, parent: undefined }),
    filtered: (status ?? pipeline ?? degraded ?? parent) !== undefined,
    next: next && link({ ...kept, cursor: next }),
  };
}
