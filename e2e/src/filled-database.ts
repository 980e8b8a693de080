import { openStore } from '@millrace/store';
import { fillStore } from '@millrace/store/testing';
import { randomId } from '@millrace/contracts';
import pg from 'pg';
import { createDatabase, dropDatabase } from './installation.js';

export interface FilledDatabase {
  readonly url: string;
  /** For people, e.g. `2175 MB`. */
  readonly size: string;
}

/** Makes a database with so many runs for as long as `work` takes. */
export async function withFilledDatabase(
  { name: prefix, runs }: { readonly name: string; readonly runs: number },
  work: (database: FilledDatabase) => Promise<void>,
): Promise<void> {
  const name = randomId(prefix).slice(0, prefix.length + 9);
  const url = await createDatabase(name);
  try {
    await (await openStore({ databaseUrl: url, dataDir: '' }))[Symbol.asyncDispose]();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await fillStore(client, runs, (line) => process.stderr.write(`${line}\n`));
    const { rows } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );
    await client.end();
    await work({ url, size: rows[0]?.size ?? 'of unknown size' });
  } finally {
    await dropDatabase(name);
  }
}
