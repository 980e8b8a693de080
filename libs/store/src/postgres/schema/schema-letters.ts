import { type Kysely, type Migration, sql } from 'kysely';
import { fillLetterColumns, LETTER_INDEXES } from '../../letters/migration.js';

/** Columns by which dead letters are found and grouped, what people add to them, jobs over them, and the trail of acts. */
export const letters: Migration = {
  async up(db: Kysely<unknown>) {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run(`alter table dead_letters add column stage text, add column code text, add column fingerprint text,
      add column redrives int not null default 0, add column assignee text, add column desk json`);
    // Acts are only ever appended; each holds the hash of the one before it.
    await run(`create table acts (
      seq bigint primary key, id text not null unique, at timestamptz not null, kind text not null, subject text not null,
      by text, reason text, detail json not null, outcome json not null, previous text not null, hash text not null
    )`);
    await run(`create table jobs (
      id text primary key, status text not null, at timestamptz not null, ended_at timestamptz, next_at timestamptz,
      work json not null, by text, reason text
    )`);
    await run(`create table job_items (
      job text, no int, letter text not null, status text not null, at timestamptz, failure json,
      primary key (job, no), unique (job, letter)
    )`);
    for (const index of LETTER_INDEXES) await run(`create index ${index}`);
    await fillLetterColumns(db);
  },
};
