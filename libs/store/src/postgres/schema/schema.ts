import { type Kysely, type Migration, type MigrationProvider, sql } from 'kysely';
import { acts, outcomes, runJobs } from './schema-acts.js';
import { answers } from './schema-answers.js';
import { cache } from './schema-cache.js';
import { letters } from './schema-letters.js';
import { lists } from './schema-lists.js';
import { pauses } from './schema-pauses.js';
import { recoveries } from './schema-recoveries.js';
import { addHolds } from '../../holds/migration.js';
import { addDeliveries } from '../../webhooks/migration.js';
import { retention } from '../../retention/migration.js';
import { search } from './schema-search.js';
import { signals } from './schema-signals.js';
import { starts } from './schema-starts.js';
import { versions } from './schema-versions.js';

const first: Migration = {
  async up(db: Kysely<unknown>) {
    // A run's row is written when it begins, waits and ends; its steps are in `history` alone.
    await sql`create table runs (
      id text primary key, pipeline text not null, plan text not null, status text not null,
      accepted_at timestamptz not null, ended_at timestamptz, wake_at timestamptz
    ) with (fillfactor = 80)`.execute(db);
    await sql`create index runs_newest on runs (accepted_at desc, id desc)`.execute(db);
    await sql`create index runs_open on runs (status, accepted_at desc, id desc) where status <> 'completed'`.execute(
      db,
    );
    await sql`create index runs_wake on runs (wake_at) where wake_at is not null`.execute(db);
    // A run's facts; those of one batch are one row. `seq` is the number of the row's first fact.
    await sql`create table history (run text, seq int, facts json not null, primary key (run, seq))`.execute(db);
    await sql`create table waits (
      run text, step text, kind text not null, pipeline text not null, since timestamptz not null, due timestamptz,
      show json, primary key (run, step)
    )`.execute(db);
    await sql`create index waits_newest on waits (since desc, run desc)`.execute(db);
    await sql`create table dead_letters (
      id text primary key, status text not null, at timestamptz not null, run text, pipeline text, letter json not null
    )`.execute(db);
    await sql`create index dead_letters_newest on dead_letters (at desc, id desc)`.execute(db);
    await sql`create table positions (
      topic text, partition int, next bigint not null, answer text not null, primary key (topic, partition)
    ) with (fillfactor = 50)`.execute(db);
    await sql`create table plans (
      hash text primary key, pipeline text not null, plan json not null, deployed_at timestamptz not null
    )`.execute(db);
  },
};

/** An answer is replaced with the next batch: trying to make it smaller costs more than it saves. */
const answersAsBytes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table positions alter column answer type bytea using convert_to(answer, 'UTF8')`.execute(db);
    await sql`alter table positions alter column answer set storage external`.execute(db);
  },
};

const childRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table runs add column parent text`.execute(db);
    await sql`create index runs_children on runs (parent, accepted_at desc, id desc) where parent is not null`.execute(
      db,
    );
    // What is listed are runs that somebody asked for, of which there may be few beside their children.
    await sql`drop index runs_newest`.execute(db);
    await sql`create index runs_newest on runs (accepted_at desc, id desc) where parent is null`.execute(db);
    await sql`drop index runs_open`.execute(db);
    await sql`create index runs_open on runs (status, accepted_at desc, id desc)
      where parent is null and status <> 'completed'`.execute(db);
  },
};

const heldReviews: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table waits add column held jsonb`.execute(db);
  },
};

const degradedRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table runs add column degraded boolean not null default false`.execute(db);
    await sql`create index runs_degraded on runs (accepted_at desc, id desc) where parent is null and degraded`.execute(
      db,
    );
  },
};

/** The lines of runs that wait behind a parked run of their hold key. */
const holds: Migration = {
  up: (db) =>
    addHolds(db, { seq: 'seq bigint generated always as identity primary key', tellAt: 'tell_at timestamptz' }),
};

/** Webhooks that have to be delivered. */
const deliveries: Migration = {
  up: (db) => addDeliveries(db, { time: (name) => `${name} timestamptz`, json: 'json' }),
};

export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '001-first': first,
      '002-versions': versions,
      '003-answers-as-bytes': answersAsBytes,
      '004-starts': starts,
      '005-child-runs': childRuns,
      '006-held-reviews': heldReviews,
      '007-signals': signals,
      '008-degraded-runs': degradedRuns,
      '009-pauses': pauses,
      '010-lists': lists,
      '011-answers': answers,
      '012-recoveries': recoveries,
      '013-letters': letters,
      '014-search': search,
      '015-retention': retention,
      '016-cache': cache,
      '017-acts': acts,
      '018-outcomes': outcomes,
      '019-run-jobs': runJobs,
      '020-holds': holds,
      '021-deliveries': deliveries,
    }),
};
