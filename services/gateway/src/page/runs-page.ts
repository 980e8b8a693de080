import { isOver, RunStatus } from '@millrace/contracts';
import type { RunSummaryView } from '@millrace/contracts/http';
import { durationOf, MARKS } from './words.js';

interface Shown {
  readonly runs: readonly RunSummaryView[];
  readonly status: RunStatus | undefined;
  readonly pipeline: string | undefined;
  readonly parent: string | undefined;
  readonly next: string | undefined;
  readonly now: number;
}

/** What the template of the list needs. */
export function runsPage({ runs, status, pipeline, parent, next, now }: Shown) {
  const link = (query: Record<string, string | undefined>): string => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return given.length === 0 ? '/' : `/?${new URLSearchParams(given).toString()}`;
  };
  return {
    title: 'Runs',
    filters: [undefined, ...RunStatus.options].map((option) => ({
      name: option ?? 'all',
      href: link({ pipeline, parent, status: option }),
      current: option === status,
    })),
    pipeline,
    withoutPipeline: link({ status, parent }),
    runs: runs.map((run) => ({
      ...run,
      mark: MARKS[run.status],
      ago: durationOf(now - Date.parse(run.acceptedAt)),
      took: isOver(run.status) && run.endedAt ? durationOf(Date.parse(run.endedAt) - Date.parse(run.acceptedAt)) : '',
      pipelineHref: link({ pipeline: run.pipeline, status }),
    })),
    filtered: status !== undefined || pipeline !== undefined,
    next: next && link({ pipeline, parent, status, cursor: next }),
  };
}
