import { type Kysely, type Migration, sql } from 'kysely';

/** Outcomes, which say what became of runs later. The values by which runs are found stand in `run_attributes`, too. */
export const outcomes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table outcomes (
      id text primary key, run text not null, at timestamptz not null, name text not null, value json not null, comment text, by text
    )`.execute(db);
    await sql`create index outcomes_of_run on outcomes (run, at desc, id desc)`.execute(db);
  },
};

/** Jobs over runs: what a comparison has found of each. */
export const runJobs: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table job_items add column result json`.execute(db);
  },
};

/** The trail of acts is appended to, and nothing else. */
export const acts: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create function acts_stay() returns trigger language plpgsql as $$
      begin raise exception 'Acts are only appended: the audit trail stays as it was written.'; end $$`.execute(db);
    await sql`create trigger acts_stay before update or delete on acts
      for each statement execute function acts_stay()`.execute(db);
  },
};
