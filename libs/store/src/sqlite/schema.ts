import { LAST_TIME } from '@millrace/contracts';
import { type Kysely, type Migration, type MigrationProvider, sql } from 'kysely';
import { addCache } from '../cache/migration.js';
import { addHolds } from '../holds/migration.js';
import { addDeliveries } from '../webhooks/migration.js';
import { retention } from '../retention/migration.js';
import { addSearch } from '../search/migration.js';
import { fillLetterColumns, LETTER_INDEXES } from '../letters/migration.js';

/** A column with a time, in milliseconds. */
const time = (name: string): string => `${name} real check (${name} between -${LAST_TIME} and ${LAST_TIME})`;

/** The tables as they are in PostgreSQL, where the comments on them are. The type `json_text` keeps text, and is parsed when it is read. */
const TABLES = [
  `create table runs (
    no integer primary key, id text not null unique, pipeline text not null, plan text not null, status text not null,
    ${time('accepted_at')} not null, ${time('ended_at')}, ${time('wake_at')}, parent text, degraded boolean not null default false
  )`,
  // By the number of the run: runs that are under way have numbers side by side, and their facts go to a few pages. Ids would spread them over all of the index.
  `create table facts (run_no int not null, seq int not null, facts json_text not null, primary key (run_no, seq))`,
  `create view history as select runs.id as run, facts.seq, facts.facts from facts join runs on runs.no = facts.run_no`,
  `create table waits (
    run text not null, step text not null, kind text not null, pipeline text not null, ${time('since')} not null, ${time('due')},
    show json_text, held json_text, correlation text, primary key (run, step)
  )`,
  `create table dead_letters (
    id text primary key not null, status text not null, ${time('at')} not null, run text, pipeline text, letter json_text not null
  )`,
  `create table positions (
    topic text not null, partition int not null, next int not null, began int not null default 0, primary key (topic, partition)
  ) without rowid`,
  `create table answers (
    topic text not null, partition int not null, next int not null, answer blob not null, primary key (topic, partition, next)
  ) without rowid`,
  `create table plans (hash text primary key not null, pipeline text not null, plan json_text not null, ${time('deployed_at')} not null)`,
  `create table versions (
    pipeline text not null, version int not null, plan text not null, ${time('deployed_at')} not null, by text, reason text,
    primary key (pipeline, version), unique (pipeline, plan)
  )`,
  `create table routes (
    pipeline text primary key not null, current text not null, before text, canary text, share real, paused json_text
  )`,
  `create table contracts (stage text primary key not null, schemas json_text not null, ${time('since')} not null)`,
  `create table deployments (id text primary key not null, ${time('at')} not null, outcome json_text not null)`,
  `create table schedules (
    id text primary key not null, pipeline text not null, name text not null, spec json_text not null, made boolean not null,
    ${time('next_at')}, by text, reason text
  )`,
  `create table triggers (
    id text primary key not null, pipeline text not null, name text not null, spec json_text not null, starts json_text not null
  )`,
  `create table gatherings (
    id text primary key not null, trigger text not null, key text not null, count int not null, bytes int not null,
    ${time('first_at')} not null, ${time('due_at')} not null, closed boolean not null
  )`,
  `create table gathered (gathering text not null, seq int not null, record json_text not null, primary key (gathering, seq))`,
  `create table places (
    seq integer primary key autoincrement, run text not null unique, pipeline text not null, key text not null, most int,
    active boolean not null, cancel text, ${time('tell_at')}
  )`,
  `create table signals (
    id text primary key not null, record json_text not null, ${time('at')} not null, ${time('expires_at')} not null,
    run text, step text, payload json_text, ${time('tell_at')}, gone boolean not null default false
  )`,
  `create table signal_keys (key text not null, signal text not null, payload json_text not null, primary key (key, signal))`,
  `create table recoveries (id text primary key not null, ${time('at')} not null, ${time('ended_at')}, report json_text not null)`,
];

const RUNS = 'status, degraded, accepted_at desc, id desc';
const WAITS = 'kind, since desc, run desc, step desc';
const LETTERS = 'status, at desc, id desc';

/** One index for each way to ask for a list, in the list's own order, and one for each kind of time that comes. */
const INDEXES = [
  `runs_listed on runs (${RUNS}) where parent is null`,
  `runs_of_pipeline on runs (pipeline, ${RUNS}) where parent is null`,
  `runs_of_parent on runs (parent, ${RUNS}) where parent is not null`,
  `runs_live on runs (pipeline, plan, id) where ended_at is null`,
  `runs_wake on runs (wake_at) where wake_at is not null`,
  `waits_listed on waits (${WAITS})`,
  `waits_of_pipeline on waits (pipeline, ${WAITS})`,
  ...Object.entries({ assignee: 'assignee', group: 'group', claimer: 'claimedBy' }).map(
    ([name, field]) =>
      `waits_of_${name} on waits ((held ->> '${field}'), ${WAITS}) where (held ->> '${field}') is not null`,
  ),
  `waits_correlation on waits (correlation, since) where correlation is not null`,
  `dead_letters_listed on dead_letters (${LETTERS})`,
  `dead_letters_of_pipeline on dead_letters (pipeline, ${LETTERS})`,
  `schedules_next on schedules (next_at) where next_at is not null`,
  `gatherings_due on gatherings (due_at)`,
  `places_turn on places (pipeline, key, active, seq)`,
  `places_tell on places (tell_at) where tell_at is not null`,
  `signals_tell on signals (tell_at) where tell_at is not null`,
  `signals_expire on signals (expires_at) where run is null`,
  `signals_given on signals (run, step) where run is not null`,
  `signal_keys_signal on signal_keys (signal)`,
];

const first: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of TABLES) await sql.raw(table).execute(db);
    for (const index of INDEXES) await sql.raw(`create index ${index}`).execute(db);
    await sql`create unique index gatherings_open on gatherings (trigger, key) where not closed`.execute(db);
  },
};

/** Columns by which dead letters are found and grouped, what people add to them, jobs over them, and the trail of acts. */
const letters: Migration = {
  async up(db: Kysely<unknown>) {
    const run = (statement: string) => sql.raw(statement).execute(db);
    const columns = ['stage text', 'code text', 'fingerprint text', 'redrives int not null default 0'];
    for (const column of [...columns, 'assignee text', 'desk json_text'])
      await run(`alter table dead_letters add column ${column}`);
    await run(`create table acts (
      seq integer primary key, id text not null unique, ${time('at')} not null, kind text not null, subject text not null,
      by text, reason text, detail json_text not null, outcome json_text not null, previous text not null, hash text not null
    )`);
    await run(`create table jobs (
      id text primary key not null, status text not null, ${time('at')} not null, ${time('ended_at')}, ${time('next_at')},
      work json_text not null, by text, reason text
    )`);
    await run(`create table job_items (
      job text not null, no int not null, letter text not null, status text not null, ${time('at')}, failure json_text,
      primary key (job, no), unique (job, letter)
    )`);
    for (const index of LETTER_INDEXES) await run(`create index ${index}`);
    await fillLetterColumns(db);
  },
};

/** The trail of acts is appended to, and nothing else. */
const acts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const change of ['update', 'delete'])
      await sql
        .raw(
          `create trigger acts_stay_${change} before ${change} on acts
           begin select raise(abort, 'Acts are only appended: the audit trail stays as it was written.'); end`,
        )
        .execute(db);
  },
};

/** Outcomes, which say what became of runs later. The values by which runs are found stand in `run_attributes`, too. */
const outcomes: Migration = {
  async up(db: Kysely<unknown>) {
    const columns = `id text primary key not null, run text not null, ${time('at')} not null, name text not null,
      value json_text not null, comment text, by text`;
    await sql.raw(`create table outcomes (${columns})`).execute(db);
    await sql.raw('create index outcomes_of_run on outcomes (run, at desc, id desc)').execute(db);
  },
};

/** Jobs over runs: what a comparison has found of each. */
const runJobs: Migration = {
  up: async (db) => {
    await sql`alter table job_items add column result json_text`.execute(db);
  },
};

/** Titles, states, codes, attributes and tags of runs: what they are found by. */
const search: Migration = { up: (db) => addSearch(db, { time, number: 'real' }) };

/** Outputs that are reused, and the steps that look for one. */
const cache: Migration = { up: (db) => addCache(db, { time, json: 'json_text' }) };

/** The lines of runs that wait behind a parked run of their hold key. */
const holds: Migration = {
  up: (db) => addHolds(db, { seq: 'seq integer primary key autoincrement', tellAt: time('tell_at') }),
};

/** Webhooks that have to be delivered. */
const deliveries: Migration = { up: (db) => addDeliveries(db, { time, json: 'json_text' }) };

export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '001-first': first,
      '002-letters': letters,
      '003-search': search,
      '004-retention': retention,
      '005-cache': cache,
      '006-acts': acts,
      '007-outcomes': outcomes,
      '008-run-jobs': runJobs,
      '009-holds': holds,
      '010-deliveries': deliveries,
    }),
};
