import { openStore } from './open.js';
import { storeSuite } from './suite.js';

const databaseUrl = process.env['DATABASE_URL'];

storeSuite('PostgreSQL', async () => {
  if (databaseUrl === undefined) throw new Error('Set DATABASE_URL, e.g. as `npm run infra` prints it.');
  // Several at once, as when instances start together: each migrates.
  const [store, ...others] = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl, dataDir: '' })));
  for (const other of others) await other[Symbol.asyncDispose]();
  return store!;
});
