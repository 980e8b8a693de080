import type { RunStatus } from '@millrace/contracts';
import type { Database } from '../database.js';
import { writeItems } from './job-items.js';

export interface TakeRequest {
  readonly job: string;
  readonly at: number;
  /** The most items that are begun now, and the most that may be on their way at once. */
  readonly limit: number;
  readonly atOnce: number;
}

/** A run that is on its way, since when. */
export interface SentRun {
  readonly run: string;
  readonly since: number;
}

/** Takes the items of jobs over runs: an item is `sent` before anything is published for it, so that whoever takes a job over goes on with it. */
export class RunJobs {
  constructor(private readonly database: Database) {}

  /** Takes the next items, unless the job was paused or stopped meanwhile. `sent`: those that were taken before and have no result. */
  take({ job, at, limit, atOnce }: TakeRequest): Promise<{ sent: readonly SentRun[]; taken: readonly string[] }> {
    return this.database.transaction(async (query) => {
      const [running] = await query(
        ({ forShare }) => `select 1 from jobs where id = $1 and status = 'running' ${forShare}`,
        [job],
      );
      if (!running) return { sent: [], taken: [] };
      const sent = await query<SentRun>(
        ({ millis }) =>
          `select letter as run, ${millis('at')} as since from job_items where job = $1 and status = 'sent' order by no limit cast($2 as int)`,
        [job, atOnce],
      );
      const waiting = await query<{ letter: string }>(
        ({ forUpdate }) =>
          `select letter from job_items where job = $1 and status = 'waiting' order by no limit cast($2 as int) ${forUpdate}`,
        [job, Math.max(0, Math.min(limit, atOnce - sent.length))],
      );
      const taken = waiting.map(({ letter }) => letter);
      await writeItems(
        query,
        { job, at },
        taken.map((letter) => ({ letter, status: 'sent' })),
      );
      return { sent, taken };
    });
  }

  /** Returns the statuses of those of the runs that there are. */
  async statuses(runs: readonly string[]): Promise<ReadonlyMap<string, RunStatus>> {
    if (runs.length === 0) return new Map();
    const rows = await this.database.query<{ id: string; status: RunStatus }>(
      ({ among }) => `select id, status from runs where id ${among('$1')}`,
      [runs],
    );
    return new Map(rows.map(({ id, status }) => [id, status]));
  }
}
