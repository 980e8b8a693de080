import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../open.js';
import { shardsSuite } from '../conformance/shards-suite.js';
import { storeSuite } from '../conformance/suite.js';

async function open() {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-store-'));
  const store = await openStore({ databaseUrl: undefined, dataDir });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

storeSuite('SQLite', open);
shardsSuite('SQLite', open);
