import {
  type ActOutcome,
  failure,
  type JobChangeRequested,
  type JobRequested,
  type JobStatus,
  isRunWork,
  type JobWork,
  type LetterWork,
  MOST_JOB_ITEMS,
} from '@millrace/contracts';
import { FilterError } from '@millrace/pipeline/engine';
import { type Database, ints, type Query, texts } from '../database.js';
import type { Acts } from './acts.js';
import { chosenRuns } from './chosen-runs.js';
import { parameters } from '../page.js';
import { letterConditions } from './filter.js';
import { readLetterFilter } from './where.js';

const APPLIED = { status: 'applied', unchanged: false } as const;

/** Begins jobs, and pauses, resumes and stops them. */
export class Jobs {
  constructor(
    private readonly database: Database,
    private readonly acts: Acts,
  ) {}

  /** Begins a job over the letters that are open now, or over the runs that there are now: those that come later are none of its items. */
  async begin({ id, at, work: asked, by, reason }: JobRequested): Promise<ActOutcome> {
    // Searched before the trail is locked: a search takes its time.
    const runs = await this.chooseRuns(asked, at);
    const work = withoutValue(asked);
    return this.acts.once(
      { id, at, kind: `job.${work.kind}`, subject: id, by, reason, detail: work },
      async (query) => {
        if (runs instanceof FilterError)
          return refused('INVALID_RECORD', `The filter cannot be used: ${runs.message}.`);
        await query(
          ({ time, json }) =>
            `insert into jobs (id, status, at, work, by, reason, next_at) values ($1, 'running', ${time('$2')}, ${json('$3')}, $4, $5, ${time('$2')})`,
          [id, at, JSON.stringify(work), by ?? null, reason ?? null],
        );
        const items = isRunWork(work) ? await writeRuns(query, id, runs) : await this.choose(query, { id, work });
        if (items === 0) await endJob(query, id, { at, status: 'completed' });
        return { ...APPLIED, items };
      },
    );
  }

  /** Returns the runs that a job is about, or what is wrong with its filter: anybody may write a request. */
  private async chooseRuns(work: JobWork, at: number): Promise<readonly string[] | FilterError> {
    try {
      if (isRunWork(work)) return await chosenRuns(this.database, work, at);
      if (work.filter.where !== undefined) readLetterFilter(work.filter.where, at);
      return [];
    } catch (error) {
      if (error instanceof FilterError) return error;
      throw error;
    }
  }

  private async choose(query: Query, { id, work }: { id: string; work: LetterWork }): Promise<number> {
    const { values, value } = parameters(id);
    const conditions = [`status = 'open'`, ...letterConditions(work.filter, this.database.dialect, value)];
    await query(
      `insert into job_items (job, no, letter, status)
       select cast($1 as text), cast(row_number() over (order by at, id) as int), id, 'waiting'
       from dead_letters where ${conditions.join(' and ')} order by at, id limit cast(${value(MOST_JOB_ITEMS)} as int)`,
      values,
    );
    const [row] = await query<{ items: number }>(
      'select cast(count(*) as int) as items from job_items where job = $1',
      [id],
    );
    return row?.items ?? 0;
  }

  change(request: JobChangeRequested): Promise<ActOutcome> {
    const { id, at, job, change, perSecond, by, reason } = request;
    const detail = perSecond === undefined ? null : { perSecond };
    return this.acts.once({ id, at, kind: `job.${change}`, subject: job, by, reason, detail }, async (query) => {
      const [row] = await query<{ status: JobStatus; work: JobWork }>(
        ({ forUpdate }) => `select status, work from jobs where id = $1 ${forUpdate}`,
        [job],
      );
      if (!row) return refused('UNKNOWN_JOB', `There is no job ${job}.`);
      if (row.status === 'completed' || row.status === 'stopped')
        return refused('NOT_ALLOWED_NOW', `${job} is ${row.status}: it cannot ${change} any more.`);
      if (change === 'stop') {
        await skipWaiting(query, job, at);
        await endJob(query, job, { at, status: 'stopped' });
        return APPLIED;
      }
      const status = change === 'pause' ? 'paused' : 'running';
      const work = perSecond === undefined ? row.work : { ...row.work, perSecond };
      await query(
        ({ time, json }) => `update jobs set status = $2, next_at = ${time('$3')}, work = ${json('$4')} where id = $1`,
        [job, status, at, JSON.stringify(work)],
      );
      return { status: 'applied', unchanged: status === row.status && perSecond === undefined };
    });
  }
}

/** Returns the work without the value that is erased, which stands neither in the job nor in the audit trail. */
const withoutValue = (work: JobWork): JobWork => {
  if (work.kind !== 'erase') return work;
  const { value: _, ...attribute } = work.attribute;
  return { ...work, attribute };
};

async function writeRuns(query: Query, job: string, runs: readonly string[]): Promise<number> {
  if (runs.length > 0)
    await query.each(
      (rows) => `insert into job_items (job, no, letter, status) select job, no, letter, 'waiting' from ${rows}`,
      { job: texts(runs.map(() => job)), no: ints(runs.map((_, at) => at + 1)), letter: texts(runs) },
    );
  return runs.length;
}

const refused = (code: 'UNKNOWN_JOB' | 'NOT_ALLOWED_NOW' | 'INVALID_RECORD', message: string): ActOutcome => ({
  status: 'refused',
  failure: failure(code, message),
});

async function skipWaiting(query: Query, job: string, at: number): Promise<void> {
  await query(
    ({ time }) => `update job_items set status = 'skipped', at = ${time('$2')} where job = $1 and status = 'waiting'`,
    [job, at],
  );
}

/** Ends a job that is under way. */
export async function endJob(
  query: Query,
  id: string,
  { at, status }: { readonly at: number; readonly status: 'completed' | 'stopped' },
): Promise<void> {
  await query(
    ({ time }) =>
      `update jobs set status = $3, ended_at = ${time('$2')}, next_at = null where id = $1 and status in ('running', 'paused')`,
    [id, at, status],
  );
}
