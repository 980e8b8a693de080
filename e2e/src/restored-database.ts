import pg from 'pg';

/** The rows of every table, as of one moment. */
export type Backup = ReadonlyMap<string, readonly unknown[]>;

/** Reads all of a database in one snapshot, while others write to it: what a base backup or `pg_dump` gives. */
export async function backUp(url: string): Promise<Backup> {
  return onDatabase(url, async (client) => {
    await client.query('begin isolation level repeatable read');
    const backup = new Map<string, readonly unknown[]>();
    for (const table of await tablesOf(client)) {
      const { rows } = await client.query<{ row: unknown }>(`select to_jsonb(t) as row from ${table} t`);
      backup.set(
        table,
        rows.map(({ row }) => row),
      );
    }
    await client.query('commit');
    return backup;
  });
}

/** Puts a backup in the place of what is there, in one moment, under those who are connected. */
export async function putBack(url: string, backup: Backup): Promise<void> {
  await onDatabase(url, async (client) => {
    await client.query('begin');
    const tables = [...backup.keys()];
    await client.query(`truncate ${tables.join(', ')}`);
    for (const table of tables)
      await client.query(
        `insert into ${table} overriding system value select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
        [JSON.stringify(backup.get(table))],
      );
    await client.query('commit');
  });
}

async function tablesOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}
