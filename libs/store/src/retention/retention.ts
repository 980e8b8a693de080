import type { Fact, RunStatus } from '@millrace/contracts';
import type { RunSummary } from '../commit.js';
import type { Database, Query } from '../database.js';
import { type KeptLetter, LETTER_COLUMNS, letterOf, type LetterRow } from '../letters/letter.js';
import { allOutcomesOf, type Outcome } from '../outcomes.js';
import { parameters } from '../page.js';
import { labelsOf, type RunLabels } from '../search/attributes.js';
import { runOf, type RunRow } from '../search/run-row.js';

/** The statuses of runs that have ended: no other run is ever removed. */
export const ENDED = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];
export type EndedStatus = (typeof ENDED)[number];

/** The place of a run in the order in which runs were accepted. */
export interface RunPosition {
  readonly id: string;
  readonly acceptedAt: number;
}

export interface ExpiredRequest {
  readonly pipeline: string;
  readonly status: EndedStatus;
  /** Runs that ended before this time. */
  readonly endedBefore: number;
  readonly after?: RunPosition | undefined;
  readonly limit: number;
}

/** Everything that is kept of a run, as it is archived. */
export interface ArchivedRun extends RunSummary, RunLabels {
  readonly facts: readonly Fact[];
  readonly deadLetters: readonly KeptLetter[];
  readonly outcomes: readonly Outcome[];
}

/** The most rows of `runs` that one transaction removes. */
const MOST_REMOVED = 500;

/** Removes what has been kept for long enough. */
export class Retention {
  private removing: ((runs: readonly string[]) => Promise<void>) | undefined;

  constructor(private readonly database: Database) {}

  /** Sets what is done before runs are removed, with their ids: it removes what is kept of them elsewhere. While it fails, they stay. */
  beforeRemoval(remove: (runs: readonly string[]) => Promise<void>): void {
    this.removing = remove;
  }

  /** Returns the names of all pipelines that were ever deployed. */
  async pipelines(): Promise<readonly string[]> {
    const rows = await this.database.query<{ pipeline: string }>(
      'select distinct pipeline from versions order by pipeline',
      [],
    );
    return rows.map(({ pipeline }) => pipeline);
  }

  /** Returns runs that somebody asked for and that ended before a time, in the order in which they were accepted. */
  async expired({ pipeline, status, endedBefore, after, limit }: ExpiredRequest): Promise<readonly RunPosition[]> {
    const { query, dialect } = this.database;
    const { values, value } = parameters();
    const before = dialect.time(value(endedBefore));
    const conditions = [
      `pipeline = cast(${value(pipeline)} as text)`,
      `status = cast(${value(status)} as text)`,
      `parent is null and accepted_at < ${before} and ended_at < ${before}`,
    ];
    if (after)
      conditions.push(
        `(accepted_at, id) > (${dialect.time(value(after.acceptedAt))}, cast(${value(after.id)} as text))`,
      );
    const limited = `limit cast(${value(limit)} as int)`;
    const parts = ['true', 'false'].map(
      (degraded) =>
        `select * from (select id, ${dialect.millis('accepted_at')} as "acceptedAt" from runs
         where ${[...conditions, `degraded = ${degraded}`].join(' and ')} order by accepted_at, id ${limited}) part`,
    );
    return query<RunPosition>(
      `select * from (${parts.join(' union all ')}) found order by "acceptedAt", id ${limited}`,
      values,
    );
  }

  /** Returns runs with their child runs, as far down as there are any, the deepest first. Of many, some: runs whose children are not all among them have to wait. */
  async withChildren(runs: readonly string[]): Promise<readonly string[]> {
    const levels: (readonly string[])[] = [runs];
    for (let level = runs; level.length > 0;) {
      level = await this.childrenOf(level);
      if (level.length > 0) levels.unshift(level);
    }
    // There may be more of a level that is full, so what is above it has to wait.
    const full = levels.findIndex((level) => level.length >= MOST_REMOVED);
    return full < 0 ? levels.flat() : levels.slice(0, full + 1).flat();
  }

  private async childrenOf(runs: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      ({ among }) => `select id from runs where parent ${among('$1')} limit cast($2 as int)`,
      [runs, MOST_REMOVED],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns everything that is kept of runs. */
  async records(runs: readonly string[]): Promise<readonly ArchivedRun[]> {
    const { query, dialect } = this.database;
    const rows = await query<RunRow>(
      `select id, pipeline, plan, status, parent, degraded, title, state, failure_code as "failureCode",
         ${dialect.millis('accepted_at')} as "acceptedAt", ${dialect.millis('ended_at')} as "endedAt"
       from runs where id ${dialect.among('$1')}`,
      [runs],
    );
    const facts = await query<{ run: string; facts: readonly Fact[] }>(
      ({ among }) => `select run, facts from history where run ${among('$1')} order by run, seq`,
      [runs],
    );
    const letters = await query<LetterRow & { run: string }>(
      ({ among }) => `select ${LETTER_COLUMNS}, run from dead_letters where run ${among('$1')} order by at, id`,
      [runs],
    );
    const labels = await labelsOf(this.database, runs);
    const outcomes = await allOutcomesOf(this.database, runs);
    return rows.map((row) => ({
      ...runOf(row),
      ...(labels.get(row.id) ?? { attributes: {}, tags: [] }),
      facts: facts.flatMap(({ run, facts }) => (run === row.id ? facts : [])),
      deadLetters: letters.filter(({ run }) => run === row.id).map(letterOf),
      outcomes: outcomes.filter(({ run }) => run === row.id),
    }));
  }

  /** Removes runs and everything that is kept of them, in one transaction. Those that somebody else is changing stay. Returns the number that is gone. */
  async remove(runs: readonly string[]): Promise<number> {
    await this.removing?.(await this.endedOf(runs));
    return this.database.transaction(async (query) => {
      const rows = await query<{ id: string }>(
        ({ among, skipLocked }) =>
          `select id from runs where id ${among('$1')} and ended_at is not null order by id ${skipLocked}`,
        [runs],
      );
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) for (const statement of OF_RUNS) await query(statement, [ids]);
      return ids.length;
    });
  }

  private async endedOf(runs: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      ({ among }) => `select id from runs where id ${among('$1')} and ended_at is not null`,
      [runs],
    );
    return rows.map(({ id }) => id);
  }

  /** Removes dead letters of no run and jobs with which nothing happens any more, at most so many of each. Returns the number of rows. */
  async removeOthers(before: number, limit: number): Promise<number> {
    const letters = await this.oldest('dead_letters', { before, limit });
    const jobs = await this.oldest('jobs', { before, limit });
    return this.database.transaction(async (query) => {
      if (letters.length > 0) await query(({ among }) => `delete from dead_letters where id ${among('$1')}`, [letters]);
      if (jobs.length > 0) {
        await query(({ among }) => `delete from job_items where job ${among('$1')}`, [jobs]);
        await query(({ among }) => `delete from jobs where id ${among('$1')}`, [jobs]);
      }
      return letters.length + jobs.length;
    });
  }

  private async oldest(
    table: 'dead_letters' | 'jobs',
    { before, limit }: { readonly before: number; readonly limit: number },
  ): Promise<readonly string[]> {
    const wanted = {
      dead_letters: `run is null and status in ('redriven', 'resolved', 'closed') and at < `,
      jobs: `status in ('completed', 'stopped') and ended_at < `,
    }[table];
    const rows = await this.database.query<{ id: string }>(
      ({ time }) => `select id from ${table} where ${wanted}${time('$1')} limit cast($2 as int)`,
      [before, limit],
    );
    return rows.map(({ id }) => id);
  }
}

type Removing = Parameters<Query>[0];

const byRun =
  (table: string): Removing =>
  ({ among }) =>
    `delete from ${table} where run ${among('$1')}`;

/** The statements that remove everything of runs; the runs themselves come last, for their facts are found by them. */
const OF_RUNS: readonly Removing[] = [
  ({ factsOf }) => `delete from ${factsOf('$1')}`,
  ...['waits', 'dead_letters', 'run_attributes', 'run_tags', 'places', 'holds', 'outcomes', 'deliveries'].map(byRun),
  ({ among }) => `delete from signal_keys where signal in (select id from signals where run ${among('$1')})`,
  byRun('signals'),
  ({ among }) => `delete from runs where id ${among('$1')}`,
];
