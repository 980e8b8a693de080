import type { Failure, JobItemStatus, JobStatus, JobWork } from '@millrace/contracts';

/** A durable job: an act on each of many dead letters. */
export interface Job {
  readonly id: string;
  readonly status: JobStatus;
  readonly work: JobWork;
  readonly at: number;
  readonly endedAt: number | undefined;
  readonly by: string | undefined;
  readonly reason: string | undefined;
  /** The number of items in each state. */
  readonly items: Readonly<Record<JobItemStatus, number>>;
}

export interface JobItem {
  /** The dead letter, or the run. */
  readonly letter: string;
  readonly status: JobItemStatus;
  readonly at: number | undefined;
  /** The reason for which the act was refused. */
  readonly failure: Failure | undefined;
}

export interface JobRow {
  readonly id: string;
  readonly status: JobStatus;
  readonly work: JobWork;
  readonly at: number;
  readonly endedAt: number | null;
  readonly by: string | null;
  readonly reason: string | null;
}

const NO_RUNS = { replayed: 0, same: 0, different: 0, failed: 0, erased: 0 };
const NO_ITEMS: Job['items'] = { waiting: 0, sent: 0, redriven: 0, resolved: 0, refused: 0, skipped: 0, ...NO_RUNS };

export const jobOf = (row: JobRow, items: Partial<Job['items']>): Job => ({
  id: row.id,
  status: row.status,
  work: row.work,
  at: row.at,
  endedAt: row.endedAt ?? undefined,
  by: row.by ?? undefined,
  reason: row.reason ?? undefined,
  items: { ...NO_ITEMS, ...items },
});
