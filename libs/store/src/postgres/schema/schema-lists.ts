import { type Kysely, type Migration, sql } from 'kysely';

/**
 * One index for each way to ask for a list, in the list's own order. Columns with few values come before the time: a list over all of them
 * reads the newest rows of each value and merges them (`newestOf`), so no filter has to pass over rows that it does not want.
 */
export const lists: Migration = {
  async up(db: Kysely<unknown>) {
    const run = (statement: string) => sql.raw(statement).execute(db);
    for (const replaced of ['runs_newest', 'runs_open', 'runs_degraded', 'runs_children']) {
      await run(`drop index ${replaced}`);
    }
    const runs = 'status, degraded, accepted_at desc, id desc';
    await run(`create index runs_listed on runs (${runs}) where parent is null`);
    await run(`create index runs_of_pipeline on runs (pipeline, ${runs}) where parent is null`);
    await run(`create index runs_of_parent on runs (parent, ${runs}) where parent is not null`);
    // Runs that have not ended are counted by plan, and found by plan when contracts change.
    await run('create index runs_live on runs (pipeline, plan, id) where ended_at is null');

    await run('drop index waits_newest');
    const waits = 'kind, since desc, run desc, step desc';
    await run(`create index waits_listed on waits (${waits})`);
    await run(`create index waits_of_pipeline on waits (pipeline, ${waits})`);
    for (const [name, field] of Object.entries({ assignee: 'assignee', group: 'group', claimer: 'claimedBy' })) {
      const value = `(held ->> '${field}')`;
      await run(`create index waits_of_${name} on waits (${value}, ${waits}) where ${value} is not null`);
    }

    await run('drop index dead_letters_newest');
    const letters = 'status, at desc, id desc';
    await run(`create index dead_letters_listed on dead_letters (${letters})`);
    await run(`create index dead_letters_of_pipeline on dead_letters (pipeline, ${letters})`);
  },
};
