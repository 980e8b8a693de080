import { type Kysely, type Migration, sql } from 'kysely';

export const starts: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table schedules (
      id text primary key, pipeline text not null, name text not null, spec json not null, made boolean not null,
      next_at timestamptz, by text, reason text
    )`.execute(db);
    await sql`create index schedules_next on schedules (next_at) where next_at is not null`.execute(db);
    // starts: where each partition of the topic stood when the trigger was first deployed.
    await sql`create table triggers (
      id text primary key, pipeline text not null, name text not null, spec json not null, starts json not null
    )`.execute(db);
    // Records on their way to become one run. A closed one takes no more.
    await sql`create table gatherings (
      id text primary key, trigger text not null, key text not null, count int not null, bytes int not null,
      first_at timestamptz not null, due_at timestamptz not null, closed boolean not null
    )`.execute(db);
    await sql`create unique index gatherings_open on gatherings (trigger, key) where not closed`.execute(db);
    await sql`create index gatherings_due on gatherings (due_at)`.execute(db);
    await sql`create table gathered (gathering text, seq int, record json not null, primary key (gathering, seq))`.execute(
      db,
    );
    // Runs of pipelines that may only have so many at once. What has to be told to a run is told again until it is known to be.
    await sql`create table places (
      run text primary key, pipeline text not null, key text not null, most int not null, active boolean not null,
      cancel text, seq bigint generated always as identity, tell_at timestamptz
    )`.execute(db);
    await sql`create index places_turn on places (pipeline, key, active, seq)`.execute(db);
    await sql`create index places_tell on places (tell_at) where tell_at is not null`.execute(db);
  },
};
