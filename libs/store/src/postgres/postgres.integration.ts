import { randomUUID } from 'node:crypto';
import { openPostgres } from './postgres.js';
import { StoreUnavailable } from '../errors.js';
import { openStore } from '../open.js';
import { createRun, newRun } from '../conformance/runs.fixture.js';
import { shardsSuite } from '../conformance/shards-suite.js';
import { storeSuite } from '../conformance/suite.js';

const databaseUrl = process.env['DATABASE_URL'];

storeSuite('PostgreSQL', async () => {
  if (databaseUrl === undefined) throw new Error('Set DATABASE_URL, e.g. as `npm run infra` prints it.');
  // Several at once, as when instances start together: each migrates.
  const [store, ...others] = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl, dataDir: '' })));
  for (const other of others) await other[Symbol.asyncDispose]();
  return store!;
});

shardsSuite('PostgreSQL', async () => {
  const name = `shard_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(databaseUrl!);
  url.pathname = `/${name}`;
  const inServer = async (statement: string) => {
    await using server = await openPostgres(databaseUrl!, () => undefined);
    await server.query(statement, []);
  };
  await inServer(`create database ${name}`);
  const store = await openStore({ databaseUrl: url.href, dataDir: '' });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await inServer(`drop database ${name} with (force)`);
    },
  };
});

test('a connection that breaks in the middle of a transaction fails the transaction, and nothing else', async () => {
  await using database = await openPostgres(databaseUrl!, () => undefined);
  const broken = database.transaction(async (query) => {
    const [own] = await query<{ pid: number }>('select pg_backend_pid() as pid', []);
    await database.query('select pg_terminate_backend($1)', [own!.pid]);
    await query('select 1', []);
  });
  await expect(broken).rejects.toThrow();
  expect(await database.query('select 1 as one', [])).toEqual([{ one: 1 }]);
});

test('a PostgreSQL without our database refuses us: waiting would not help', async () => {
  const url = new URL(databaseUrl!);
  url.pathname = '/nobody_made_this';
  const opening = openStore({ databaseUrl: url.href, dataDir: '' });
  await expect(opening).rejects.toThrow('could not be migrated');
  await expect(opening).rejects.not.toBeInstanceOf(StoreUnavailable);
});

test('runs are read and written by their keys in a new database, which PostgreSQL knows nothing of', async () => {
  const name = `new_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(databaseUrl!);
  url.pathname = `/${name}`;
  await using server = await openPostgres(databaseUrl!, () => undefined);
  await server.query(`create database ${name}`, []);
  try {
    const runs = await writeAndRead(url.href);
    await using reading = await openPostgres(url.href, () => undefined);
    const others = () => reading.query(OTHERS, []);
    while ((await others()).length > 0); // What a connection counted is told when it ends.
    const [history] = await reading.query<{ read: string }>(
      `select cast(seq_tup_read as text) as read from pg_stat_user_tables where relname = 'history'`,
      [],
    );
    expect(Number(history!.read)).toBeLessThan(runs);
  } finally {
    await server.query(`drop database ${name} with (force)`, []);
  }
});

const OTHERS = `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;

/** Makes runs a batch at a time and loads the runs of each batch. Returns their number. */
async function writeAndRead(url: string): Promise<number> {
  await using store = await openStore({ databaseUrl: url, dataDir: '' });
  const batches = Array.from({ length: 40 }, () => Array.from({ length: 25 }, () => newRun()));
  for (const batch of batches) {
    for (const run of batch) await createRun(store, run);
    const loaded = await store.writer.load(batch.map(({ id }) => id));
    expect(loaded.size).toBe(batch.length);
  }
  return batches.flat().length;
}
