import { type Kysely, type Migration, sql } from 'kysely';

export const signals: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table waits add column correlation text`.execute(db);
    await sql`create index waits_correlation on waits (correlation, since) where correlation is not null`.execute(db);
    // run: whom it is given to. gone: nobody gets it any more, it is on its way to the dead letters.
    await sql`create table signals (
      id text primary key, record json not null, at timestamptz not null, expires_at timestamptz not null,
      run text, step text, payload json, tell_at timestamptz, gone boolean not null default false
    )`.execute(db);
    await sql`create index signals_tell on signals (tell_at) where tell_at is not null`.execute(db);
    await sql`create index signals_expire on signals (expires_at) where run is null`.execute(db);
    await sql`create index signals_given on signals (run, step) where run is not null`.execute(db);
    await sql`create table signal_keys (key text, signal text, payload json not null, primary key (key, signal))`.execute(
      db,
    );
    await sql`create index signal_keys_signal on signal_keys (signal)`.execute(db);
  },
};
