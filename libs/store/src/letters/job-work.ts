import type { JobWork, LetterStatus } from '@millrace/contracts';
import { type Database, type Query, texts } from '../database.js';
import { keepResolved, lockLinesOf } from '../holds/resolved-letters.js';
import type { DoneAct } from './act.js';
import { appendActs, lockTrail } from './acts.js';
import { type ItemResult, writeItems } from './job-items.js';
import { endJob } from './jobs.js';
import type { LetterDesk } from './letter.js';

/** A job whose turn it is. `dueAt` is the time at which it was due. */
export interface DueJob {
  readonly id: string;
  readonly work: JobWork;
  readonly by: string | undefined;
  readonly reason: string | undefined;
  readonly dueAt: number;
}

/** The state of a dead letter, without its content. */
export interface LetterState {
  readonly id: string;
  readonly status: LetterStatus;
  readonly run: string | undefined;
  readonly step: string | undefined;
  readonly redrives: number;
  readonly desk: LetterDesk;
}

/** The decision for one item of a job. */
export interface ItemDecision {
  readonly result: ItemResult;
  readonly letter?: { readonly status: LetterStatus; readonly desk: LetterDesk };
}

export interface SliceRequest {
  readonly job: string;
  readonly at: number;
  readonly limit: number;
  /** Items that were sent before this time and have no outcome are sent again. */
  readonly sentBefore: number;
}

/** The letters of a slice that have to be sent: those that were decided on now, and those of a coordinator that died before it sent them. */
export interface Slice {
  readonly send: readonly LetterState[];
  readonly decided: number;
}

interface Moving {
  readonly job: string;
  readonly at: number;
  readonly next: number;
  /** Acts of the job on single runs, for the audit trail. */
  readonly acts?: readonly DoneAct[];
}

interface StateRow {
  readonly id: string;
  readonly status: LetterStatus;
  readonly run: string | null;
  readonly step: string | null;
  readonly redrives: number;
  readonly desk: LetterDesk | null;
}

const STATE = `d.id, d.status, d.run, d.letter ->> 'step' as step, d.redrives, d.desk`;

/** Works jobs off, in slices: a slice is decided and recorded in one transaction, and then sent. Whoever takes a job over sends again what may not have been sent. */
export class JobWorks {
  constructor(private readonly database: Database) {}

  /** Takes a job that is due. It is due again at `until`, for another coordinator, unless `moveOn` says otherwise. */
  async takeDue({ at, until }: { at: number; until: number }): Promise<DueJob | undefined> {
    return this.database.transaction(async (query) => {
      const [row] = await query<{ id: string; work: JobWork; by: string | null; reason: string | null; due: number }>(
        ({ time, millis, skipLocked }) =>
          `select id, work, by, reason, ${millis('next_at')} as due from jobs
           where status = 'running' and next_at <= ${time('$1')} order by next_at limit 1 ${skipLocked}`,
        [at],
      );
      if (!row) return undefined;
      await query(({ time }) => `update jobs set next_at = ${time('$2')} where id = $1`, [row.id, until]);
      const { id, work, by, reason, due } = row;
      return { id, work, by: by ?? undefined, reason: reason ?? undefined, dueAt: due };
    });
  }

  /** Decides on the next items of a job, unless it was paused or stopped meanwhile. */
  async slice(
    { job, at, limit, sentBefore }: SliceRequest,
    decide: (letter: LetterState) => ItemDecision,
  ): Promise<Slice> {
    return this.database.transaction(async (query) => {
      const [running] = await query<{ work: JobWork }>(
        ({ forShare }) => `select work from jobs where id = $1 and status = 'running' ${forShare}`,
        [job],
      );
      if (!running) return { send: [], decided: 0 };
      const unsent = await query<StateRow>(
        ({ time }) =>
          `select ${STATE} from job_items i join dead_letters d on d.id = i.letter
           where i.job = $1 and i.status = 'sent' and (d.run is not null or i.at < ${time('$2')})
           order by i.no limit cast($3 as int)`,
        [job, sentBefore, limit],
      );
      const waiting = await query<{ letter: string }>(
        ({ forUpdate }) =>
          `select letter from job_items where job = $1 and status = 'waiting' order by no limit cast($2 as int) ${forUpdate}`,
        [job, limit],
      );
      const letters = waiting.map(({ letter }) => letter);
      if (running.work.kind === 'resolve') await lockLinesOf(query, await runsOf(query, letters));
      const decisions = await this.decided(query, { letters, decide });
      const resolved = decisions.flatMap(({ letter, state }) =>
        letter?.status === 'resolved' && state.run !== undefined ? [state.run] : [],
      );
      await keepResolved(query, resolved, at);
      await writeItems(
        query,
        { job, at },
        decisions.map(({ result }) => result),
      );
      const sent = decisions.flatMap(({ state, result }) => (result.status === 'sent' ? [state] : []));
      return { send: [...unsent.map(stateOf), ...sent], decided: waiting.length };
    });
  }

  private async decided(
    query: Query,
    { letters, decide }: { letters: readonly string[]; decide: (letter: LetterState) => ItemDecision },
  ): Promise<readonly (ItemDecision & { readonly state: LetterState })[]> {
    if (letters.length === 0) return [];
    const rows = await query<StateRow>(
      ({ among, forUpdate }) =>
        `select ${STATE} from dead_letters d where d.id ${among('$1')} order by d.id ${forUpdate}`,
      [letters],
    );
    const states = new Map(rows.map((row) => [row.id, stateOf(row)]));
    // Locked in the order of their ids, as everywhere; sent in the order of the items.
    const decisions = letters.flatMap((id) => {
      const state = states.get(id);
      return state ? [{ state, ...decide(state) }] : [];
    });
    const changes = decisions.flatMap(({ state, letter }) => (letter ? [{ id: state.id, ...letter }] : []));
    if (changes.length > 0)
      await query.each(
        (relation, { json }) =>
          `update dead_letters set status = u.status, desk = ${json('u.desk')} from ${relation} where dead_letters.id = u.id`,
        {
          id: texts(changes.map(({ id }) => id)),
          status: texts(changes.map(({ status }) => status)),
          desk: texts(changes.map(({ desk }) => JSON.stringify(desk))),
        },
      );
    return decisions;
  }

  /** Records what a slice came to, and when the job is due next. Ends the job where all of its items have their outcome. */
  async moveOn(
    { job, at, next, acts = [] }: Moving,
    results: readonly ItemResult[],
  ): Promise<{ readonly ended: boolean }> {
    return this.database.transaction(async (query) => {
      if (acts.length > 0) await lockTrail(query);
      await appendActs(query, acts);
      await writeItems(query, { job, at }, results);
      const [open] = await query<{ waiting: unknown; sent: unknown }>(
        `select exists(select 1 from job_items where job = $1 and status = 'waiting') as waiting,
           exists(select 1 from job_items where job = $1 and status = 'sent') as sent`,
        [job],
      );
      if (!open?.waiting && !open?.sent) {
        await endJob(query, job, { at, status: 'completed' });
        return { ended: true };
      }
      await query(
        ({ time }) => `update jobs set next_at = ${time('$2')} where id = $1 and status = 'running'`,
        [job, next],
      );
      return { ended: false };
    });
  }
}

async function runsOf(query: Query, letters: readonly string[]): Promise<readonly string[]> {
  const rows = await query<{ run: string }>(
    ({ among }) => `select distinct run from dead_letters where run is not null and id ${among('$1')}`,
    [letters],
  );
  return rows.map(({ run }) => run);
}

const stateOf = ({ run, step, desk, ...row }: StateRow): LetterState => ({
  ...row,
  run: run ?? undefined,
  step: step ?? undefined,
  desk: desk ?? {},
});
