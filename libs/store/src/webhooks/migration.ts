import { type Kysely, sql } from 'kysely';

/** Adds the table of webhooks that have to be delivered. `time` writes a column with a time, `json` is the type of JSON. */
export async function addDeliveries(
  db: Kysely<unknown>,
  { time, json }: { readonly time: (name: string) => string; readonly json: string },
): Promise<void> {
  const statements = [
    `create table deliveries (
       id text primary key not null, run text, ${time('at')} not null, body ${json} not null, attempts int not null, ${time('next_at')} not null
     )`,
    'create index deliveries_due on deliveries (next_at)',
    'create index deliveries_of_run on deliveries (run) where run is not null',
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
