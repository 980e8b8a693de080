import { type Kysely, sql } from 'kysely';

const NEWEST = 'accepted_at desc, id desc';

/** Partial: runs of which there is nothing more to say than their status cost nothing. */
const INDEXES = [
  `runs_of_state on runs (state, ${NEWEST}) where parent is null and state is not null`,
  `runs_of_pipeline_state on runs (pipeline, state, ${NEWEST}) where parent is null and state is not null`,
  `runs_of_code on runs (failure_code, ${NEWEST}) where parent is null and failure_code is not null`,
  'run_attributes_text on run_attributes (name, text, accepted_at desc, run desc) where text is not null',
  'run_attributes_number on run_attributes (name, number, accepted_at desc, run desc) where number is not null',
  'run_attributes_newest on run_attributes (name, accepted_at desc, run desc)',
  'run_tags_newest on run_tags (tag, accepted_at desc, run desc)',
];

/** Adds the columns and tables by which runs are found. `time` writes a column with a time, `number` is the type of a number. */
export async function addSearch(
  db: Kysely<unknown>,
  { time, number }: { readonly time: (name: string) => string; readonly number: string },
): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const column of ['title', 'state', 'failure_code']) await run(`alter table runs add column ${column} text`);
  await run(`create table run_attributes (
    run text not null, name text not null, text text, number ${number}, ${time('accepted_at')} not null, primary key (run, name)
  )`);
  await run(`create table run_tags (
    run text not null, tag text not null, ${time('accepted_at')} not null, primary key (run, tag)
  )`);
  for (const index of INDEXES) await run(`create index ${index}`);
  await run(`update runs set state = case
      when exists(select 1 from waits where waits.run = runs.id and kind = 'review') then 'waiting-for-person'
      when exists(select 1 from waits where waits.run = runs.id) then 'waiting-for-signal' end
    where status = 'waiting'`);
}
