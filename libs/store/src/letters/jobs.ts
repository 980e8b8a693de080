import {
  type ActOutcome,
  failure,
  type JobChangeRequested,
  type JobRequested,
  type JobStatus,
  type JobWork,
  MOST_JOB_ITEMS,
} from '@millrace/contracts';
import type { Database, Query } from '../database.js';
import type { Acts } from './acts.js';
import { parameters } from '../page.js';
import { letterConditions } from './filter.js';

const APPLIED = { status: 'applied', unchanged: false } as const;

/** Begins jobs, and pauses, resumes and stops them. */
export class Jobs {
  constructor(
    private readonly database: Database,
    private readonly acts: Acts,
  ) {}

  /** Begins a job over the letters that are open now: those that are parked later are none of its items. */
  begin({ id, at, work, by, reason }: JobRequested): Promise<ActOutcome> {
    return this.acts.once(
      { id, at, kind: `job.${work.kind}`, subject: id, by, reason, detail: work },
      async (query) => {
        await query(
          ({ time, json }) =>
            `insert into jobs (id, status, at, work, by, reason, next_at) values ($1, 'running', ${time('$2')}, ${json('$3')}, $4, $5, ${time('$2')})`,
          [id, at, JSON.stringify(work), by ?? null, reason ?? null],
        );
        const items = await this.choose(query, { id, work });
        if (items === 0) await endJob(query, id, { at, status: 'completed' });
        return { ...APPLIED, items };
      },
    );
  }

  private async choose(query: Query, { id, work }: { id: string; work: JobWork }): Promise<number> {
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

const refused = (code: 'UNKNOWN_JOB' | 'NOT_ALLOWED_NOW', message: string): ActOutcome => ({
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
