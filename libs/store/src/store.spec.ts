import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from './errors.js';
import { openStore } from './open.js';
import { storeSuite } from './conformance/suite.js';

storeSuite('PGlite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-store-'));
  const store = await openStore({ databaseUrl: undefined, dataDir });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
});

test('a PostgreSQL that nobody listens for is away, which is something else than refused', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const opening = openStore({ databaseUrl: `postgres://millrace@127.0.0.1:${port}/millrace`, dataDir: '' });
  await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
});
