import { type Kysely, sql } from 'kysely';

/** One index for each question that is asked of the cache. */
const INDEXES = [
  'cached_outputs_expire on cached_outputs (expires_at)',
  'cached_outputs_used on cached_outputs (used_at)',
  'cache_lookups_key on cache_lookups (key, at)',
  'cache_lookups_tell on cache_lookups (tell_at) where tell_at is not null',
  'cache_lookups_until on cache_lookups (executing_until) where executing_until is not null',
];

/** Adds the tables of outputs that are reused and of the steps that look for one. `time` writes a column with a time, `json` is the type of JSON. */
export async function addCache(
  db: Kysely<unknown>,
  { time, json }: { readonly time: (name: string) => string; readonly json: string },
): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table cached_outputs (
    key text primary key not null, run text not null, step text not null, output ${json} not null, summary text, bytes int not null,
    ${time('stored_at')} not null, ${time('expires_at')} not null, ${time('used_at')} not null
  )`);
  // state: the lookup waits for another's step, is a hit, or its own step is executed. tell_at: its run does not know yet.
  await run(`create table cache_lookups (
    run text not null, step text not null, attempt int not null, key text not null, ${time('at')} not null, ${time('fresh_from')},
    state text not null, ${time('tell_at')}, ${time('executing_until')}, primary key (run, step)
  )`);
  for (const index of INDEXES) await run(`create index ${index}`);
}
