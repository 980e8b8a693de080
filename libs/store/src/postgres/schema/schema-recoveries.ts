import { type Kysely, type Migration, sql } from 'kysely';

export const recoveries: Migration = {
  async up(db: Kysely<unknown>) {
    // Where the last batch of the partition began: no group stands before it, unless somebody has reset it.
    await sql`alter table positions add column began bigint not null default 0`.execute(db);
    await sql`create table recoveries (
      id text primary key, at timestamptz not null, ended_at timestamptz, report json not null
    )`.execute(db);
  },
};
