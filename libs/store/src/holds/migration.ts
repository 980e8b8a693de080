import { type Kysely, sql } from 'kysely';

/** Adds the lines of hold keys. `seq` is the declaration of the column that numbers the rows, `tellAt` that of the time at which a run is told next. */
export async function addHolds(
  db: Kysely<unknown>,
  { seq, tellAt }: { readonly seq: string; readonly tellAt: string },
): Promise<void> {
  const statements = [
    `create table holds (
       ${seq}, run text not null unique, pipeline text not null, key text not null, state text not null, ${tellAt}
     )`,
    'create index holds_line on holds (pipeline, key, state, seq)',
    'create index holds_tell on holds (tell_at) where tell_at is not null',
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
