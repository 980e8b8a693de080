import { type Kysely, type Migration, sql } from 'kysely';

/**
 * Answers in a table that is only inserted into and emptied as a whole (`answers.ts`). As a column of `positions` each batch left its answer behind as dead
 * TOAST, which only a vacuum removes, and no vacuum while any transaction is older.
 */
export const answers: Migration = {
  async up(db: Kysely<unknown>) {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run(`create table answers (
      topic text, partition int, next bigint, answer bytea not null, primary key (topic, partition, next)
    ) with (autovacuum_enabled = false, toast.autovacuum_enabled = false)`);
    await run('alter table answers alter column answer set storage external');
    await run('insert into answers select topic, partition, next, answer from positions');
    // A coordinator of the version before goes on writing to this column until it is replaced.
    await run(`alter table positions alter column answer set default ''`);
    await run(`update positions set answer = ''`);
    // Only a row's newest version fits many times into its page: each update finds room beside it and touches no index.
    await run(`alter table positions set (
      fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
    )`);
  },
};
