import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { StoreUnavailable } from '../errors.js';
import { openStore } from '../open.js';

test('a PostgreSQL that nobody listens for is away, which is something else than refused', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const opening = openStore({ databaseUrl: `postgres://millrace@127.0.0.1:${port}/millrace`, dataDir: '' });
  await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
});
