import type { RecoveryReport } from '@millrace/contracts';
import type { Database } from './database.js';
import type { RunSummary } from './commit.js';
import type { Standing } from './store.js';

/** The answer of a batch that has nothing to publish. */
const NO_ANSWER = Buffer.from('[]');

/** Says where the store stands, and keeps what recoveries did. */
export class Recoveries {
  constructor(private readonly database: Database) {}

  async standings(topics: readonly string[]): Promise<readonly Standing[]> {
    return this.database.query<Standing>(
      ({ among }) =>
        `select topic, partition, cast(next as float8) as next, cast(began as float8) as began from positions where topic ${among('$1')}`,
      [topics],
      'standings',
    );
  }

  /** Returns the recovery that has begun and not ended. */
  async underWay(): Promise<RecoveryReport | undefined> {
    const [row] = await this.database.query<{ report: RecoveryReport }>(
      'select report from recoveries where ended_at is null order by at limit 1',
      [],
      'recovery-under-way',
    );
    return row?.report;
  }

  async find(id: string): Promise<RecoveryReport | undefined> {
    const [row] = await this.database.query<{ report: RecoveryReport }>('select report from recoveries where id = $1', [
      id,
    ]);
    return row?.report;
  }

  /** Keeps the report, and with `settled` that the recovery has ended: each of these partitions stands where its group is to stand. */
  async keep(report: RecoveryReport, settled: readonly Pick<Standing, 'topic' | 'partition'>[] = []): Promise<void> {
    const { id, status } = report;
    await this.database.transaction(async (query) => {
      await query(
        ({ now, json }) =>
          `insert into recoveries (id, at, ended_at, report) values ($1, ${now}, case when cast($2 as boolean) then ${now} end, ${json('$3')})
           on conflict (id) do update set ended_at = excluded.ended_at, report = excluded.report`,
        [id, status !== 'under-way', JSON.stringify(report)],
      );
      for (const { topic, partition } of settled) {
        await query('update positions set began = 0 where topic = $1 and partition = cast($2 as int)', [
          topic,
          partition,
        ]);
        await query(
          `insert into answers (topic, partition, next, answer)
           select topic, partition, next, $3 from positions where topic = $1 and partition = cast($2 as int)
           on conflict (topic, partition, next) do update set answer = excluded.answer`,
          [topic, partition, NO_ANSWER],
        );
      }
    });
  }

  /** Returns the latest time that the store knows of; 0 where it is empty. */
  async newest(): Promise<number> {
    const [row] = await this.database.query<{ at: number | null }>(
      ({ millis }) =>
        `select ${millis('max(at)')} as at
         from (select max(accepted_at) as at from runs union all select max(ended_at) from runs) times`,
      [],
    );
    return row?.at ?? 0;
  }

  /** Returns those of `runs` that have not ended. */
  async open(runs: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      ({ among }) => `select id from runs where id ${among('$1')} and ended_at is null`,
      [runs],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns runs that have not ended, in the order of their ids, past `after`. */
  async openAfter(after: string, limit: number): Promise<readonly Pick<RunSummary, 'id' | 'status'>[]> {
    return this.database.query<Pick<RunSummary, 'id' | 'status'>>(
      `select id, status from runs where status <> 'completed' and ended_at is null and id > $1 order by id limit cast($2 as int)`,
      [after, limit],
    );
  }

  /** Keeps a plan that runs follow, unless it is there. */
  async keepPlan(options: { hash: string; pipeline: string; plan: unknown; at: number }): Promise<void> {
    await this.database.query(
      ({ json, time }) =>
        `insert into plans (hash, pipeline, plan, deployed_at) values ($1, $2, ${json('$3')}, ${time('$4')})
         on conflict (hash) do nothing`,
      [options.hash, options.pipeline, JSON.stringify(options.plan), options.at],
    );
  }
}
