import { type JobItemStatus, JobStatus, type LetterWork, MAX_REDRIVES, type RunWork } from '@millrace/contracts';
import type { Database } from '../database.js';
import { type List, pageOf } from '../lists.js';
import { cursorOf, type Paged, type PageRequest, parameters, readNumberCursor } from '../page.js';
import { chosenRuns, mostRunsOf } from './chosen-runs.js';
import { letterConditions } from './filter.js';
import type { RunComparison } from './job-items.js';
import { type Job, type JobItem, jobOf, type JobRow } from './job.js';

const JOBS: List = {
  from: 'jobs',
  select: ({ millis }) => `id, status, work, by, reason, ${millis('at')} as at, ${millis('ended_at')} as "endedAt"`,
  at: ['at', 'at'],
  key: ['id'],
  few: { status: JobStatus.options },
};

/** The greatest value of a column of type `int`. */
const MOST_INT = 2_147_483_647;

export interface JobItemsRequest extends PageRequest {
  readonly status?: JobItemStatus | undefined;
}

/** The letters that a job would be about, and those of them that it would refuse. */
export interface Preview {
  readonly letters: number;
  readonly refused: number;
  readonly groups: { stage?: string; code: string; letters: number; refused: number }[];
}

/** Reads jobs, and the outcome of each of their items. */
export class JobsReader {
  constructor(private readonly database: Database) {}

  async list({ status, ...page }: { status?: JobStatus | undefined } & PageRequest): Promise<Paged<Job>> {
    const found = await pageOf<JobRow, JobRow>(this.database, {
      list: JOBS,
      few: { status },
      filters: {},
      page,
      item: (row) => row,
    });
    const counts = await this.countsOf(found.items.map(({ id }) => id));
    return { items: found.items.map((row) => jobOf(row, counts.get(row.id) ?? {})), next: found.next };
  }

  async find(id: string): Promise<Job | undefined> {
    const { dialect, query } = this.database;
    const [row] = await query<JobRow>(`select ${JOBS.select(dialect)} from jobs where id = $1`, [id]);
    return row && jobOf(row, (await this.countsOf([id])).get(id) ?? {});
  }

  /** Counts the letters that a job would be about now, by the stage and the code of their failure. */
  async preview({ kind, filter, maxRedrives = MAX_REDRIVES }: LetterWork): Promise<Preview> {
    const { dialect, query } = this.database;
    const { values, value } = parameters();
    const most = value(kind === 'redrive' ? maxRedrives : MOST_INT);
    const conditions = [`status = 'open'`, ...letterConditions(filter, dialect, value)];
    const rows = await query<{ stage: string | null; code: string; letters: number; refused: number }>(
      `select stage, coalesce(code, '') as code, cast(count(*) as int) as letters,
         cast(sum(case when redrives >= cast(${most} as int) then 1 else 0 end) as int) as refused
       from dead_letters where ${conditions.join(' and ')} group by stage, coalesce(code, '') order by 3 desc, 1, 2 limit 1000`,
      values,
    );
    const sum = (column: 'letters' | 'refused') => rows.reduce((total, row) => total + row[column], 0);
    const groups = rows.map(({ stage, ...row }) => ({ ...(stage !== null && { stage }), ...row }));
    return { letters: sum('letters'), refused: sum('refused'), groups };
  }

  /** Counts the runs that a job would be about now. @throws {FilterError} */
  async previewRuns(work: RunWork, now: number): Promise<{ readonly runs: number; readonly most: number }> {
    return { runs: (await chosenRuns(this.database, work, now)).length, most: mostRunsOf(work) };
  }

  /** Returns what was found of each run that a job has compared, page after page. */
  async *comparisons(job: string): AsyncGenerator<readonly RunComparison[], void, undefined> {
    for (let after = 0; ;) {
      const rows = await this.database.query<{ no: number; result: RunComparison }>(
        `select no, result from job_items where job = $1 and no > cast($2 as int) and result is not null order by no limit 1000`,
        [job, after],
      );
      if (rows.length === 0) return;
      yield rows.map(({ result }) => result);
      after = rows.at(-1)?.no ?? after;
    }
  }

  /** The items of a job, in their order. */
  async items(job: string, { limit, before, status }: JobItemsRequest): Promise<Paged<JobItem>> {
    const rows = await this.database.query<Omit<JobItem, 'at' | 'failure'> & ItemRow>(
      ({ millis }) =>
        `select no, letter, status, ${millis('at')} as at, failure from job_items
         where job = $1 and no > cast($2 as int) and (cast($3 as text) is null or status = $3) order by no limit cast($4 as int)`,
      [job, before === undefined ? 0 : readNumberCursor(before, MOST_INT), status ?? null, limit + 1],
    );
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return {
      items: items.map(({ letter, status: is, at, failure }) => ({
        letter,
        status: is,
        at: at ?? undefined,
        failure: failure ?? undefined,
      })),
      next: last && cursorOf(last.no),
    };
  }

  private async countsOf(jobs: readonly string[]): Promise<ReadonlyMap<string, Partial<Job['items']>>> {
    const counts = new Map<string, Partial<Job['items']>>();
    if (jobs.length === 0) return counts;
    const rows = await this.database.query<{ job: string; status: JobItemStatus; count: number }>(
      ({ among }) =>
        `select job, status, cast(count(*) as int) as count from job_items where job ${among('$1')} group by job, status`,
      [jobs],
    );
    for (const { job, status, count } of rows) counts.set(job, { ...counts.get(job), [status]: count });
    return counts;
  }
}

interface ItemRow {
  readonly no: number;
  readonly at: number | null;
  readonly failure: JobItem['failure'] | null;
}
