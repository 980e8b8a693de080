import { openPostgres } from './postgres.js';
import { StoreUnavailable } from '../errors.js';
import { openStore } from '../open.js';
import { storeSuite } from '../conformance/suite.js';

const databaseUrl = process.env['DATABASE_URL'];

storeSuite('PostgreSQL', async () => {
  if (databaseUrl === undefined) throw new Error('Set DATABASE_URL, e.g. as `npm run infra` prints it.');
  // Several at once, as when instances start together: each migrates.
  const [store, ...others] = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl, dataDir: '' })));
  for (const other of others) await other[Symbol.asyncDispose]();
  return store!;
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
