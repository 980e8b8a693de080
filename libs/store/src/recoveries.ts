import type { RecoveryReport } from '@millrace/contracts';
import { texts } from './arrays.js';
import type { Database } from './database.js';
import type { RunSummary, Standing } from './store.js';

/** Says where the store stands, and keeps what recoveries did. */
export class Recoveries {
  constructor(private readonly database: Database) {}

  async standings(topics: readonly string[]): Promise<readonly Standing[]> {
    return this.database.query<Standing>(
      `select topic, partition, next::float8 as next, began::float8 as began from positions where topic = any($1::text[])`,
      [texts(topics)],
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
        `insert into recoveries (id, at, ended_at, report) values ($1, now(), case when $2::boolean then now() end, $3::json)
         on conflict (id) do update set ended_at = excluded.ended_at, report = excluded.report`,
        [id, status !== 'under-way', JSON.stringify(report)],
      );
      for (const { topic, partition } of settled)
        await query(
          `with own as (
             update positions set began = 0 where topic = $1 and partition = $2::int returning topic, partition, next
           )
           insert into answers (topic, partition, next, answer) select topic, partition, next, '[]' from own
           on conflict (topic, partition, next) do update set answer = excluded.answer`,
          [topic, partition],
        );
    });
  }

  /** Returns the latest time that the store knows of; 0 where it is empty. */
  async newest(): Promise<number> {
    const [row] = await this.database.query<{ at: number | null }>(
      `select (extract(epoch from greatest(max(accepted_at), max(ended_at))) * 1000)::float8 as at from runs`,
      [],
    );
    return row?.at ?? 0;
  }

  /** Returns those of `runs` that have not ended. */
  async open(runs: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      'select id from runs where id = any($1::text[]) and ended_at is null',
      [texts(runs)],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns runs that have not ended, in the order of their ids, past `after`. */
  async openAfter(after: string, limit: number): Promise<readonly Pick<RunSummary, 'id' | 'status'>[]> {
    return this.database.query<Pick<RunSummary, 'id' | 'status'>>(
      `select id, status from runs where status <> 'completed' and ended_at is null and id > $1 order by id limit $2::int`,
      [after, limit],
    );
  }

  /** Keeps a plan that runs follow, unless it is there. */
  async keepPlan(of: { hash: string; pipeline: string; plan: unknown; at: number }): Promise<void> {
    await this.database.query(
      `insert into plans (hash, pipeline, plan, deployed_at) values ($1, $2, $3::json, to_timestamp($4::float8))
       on conflict (hash) do nothing`,
      [of.hash, of.pipeline, JSON.stringify(of.plan), of.at / 1000],
    );
  }
}
