import type { FinerState, RunStatus } from '@millrace/contracts';
import type { RunSummary } from '../commit.js';

/** A row of a list of runs. */
export interface RunRow {
  readonly id: string;
  readonly pipeline: string;
  readonly plan: string;
  readonly status: string;
  readonly parent: string | null;
  /** SQLite gives a number where it cannot tell the type of a column. */
  readonly degraded: boolean | number;
  readonly title: string | null;
  readonly state: string | null;
  readonly failureCode: string | null;
  readonly acceptedAt: number;
  readonly endedAt: number | null;
}

export function runOf({ title, state, failureCode, degraded, ...row }: RunRow): RunSummary {
  return {
    id: row.id,
    pipeline: row.pipeline,
    plan: row.plan,
    acceptedAt: row.acceptedAt,
    status: row.status as RunStatus,
    endedAt: row.endedAt ?? undefined,
    parent: row.parent ?? undefined,
    ...(degraded && { degraded: true }),
    ...(title !== null && { title }),
    ...(state !== null && { state: state as FinerState }),
    ...(failureCode !== null && { failureCode }),
  };
}
