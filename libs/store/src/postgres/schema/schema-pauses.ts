import { type Kysely, type Migration, sql } from 'kysely';

export const pauses: Migration = {
  async up(db: Kysely<unknown>) {
    // paused: since when, by whom and why no new run of the pipeline begins.
    await sql`alter table routes add column paused json`.execute(db);
    // Without it a run only waits for its pipeline to go on, and is not counted.
    await sql`alter table places alter column most drop not null`.execute(db);
  },
};
