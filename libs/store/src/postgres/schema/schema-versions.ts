import { type Kysely, type Migration, sql } from 'kysely';

export const versions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table versions (
      pipeline text, version int, plan text not null, deployed_at timestamptz not null, by text, reason text,
      primary key (pipeline, version), unique (pipeline, plan)
    )`.execute(db);
    await sql`create table routes (
      pipeline text primary key, current text not null, before text, canary text, share float8
    )`.execute(db);
    await sql`create table contracts (stage text primary key, schemas json not null, since timestamptz not null)`.execute(
      db,
    );
    await sql`create table deployments (id text primary key, at timestamptz not null, outcome json not null)`.execute(
      db,
    );
    await sql`insert into versions (pipeline, version, plan, deployed_at)
      select pipeline, row_number() over (partition by pipeline order by deployed_at, hash), hash, deployed_at from plans`.execute(
      db,
    );
    await sql`insert into routes (pipeline, current)
      select distinct on (pipeline) pipeline, hash from plans order by pipeline, deployed_at desc`.execute(db);
  },
};
