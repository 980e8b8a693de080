import { cacheSuite } from './cache-suite.js';
import { actsSuite } from './acts-suite.js';
import { deploymentsSuite } from './deployments-suite.js';
import { erasureSuite } from './erasure-suite.js';
import { lettersSuite } from './letters-suite.js';
import { listsSuite } from './lists-suite.js';
import type { Store } from '../open.js';
import { outcomesSuite } from './outcomes-suite.js';
import { retentionSuite } from './retention-suite.js';
import { searchSuite } from './search-suite.js';
import { deliveriesSuite } from './deliveries-suite.js';
import { holdsSuite } from './holds-suite.js';
import { slotsSuite } from './slots-suite.js';
import { runsSuite } from './runs-suite.js';
import { signalsSuite } from './signals-suite.js';
import { startsSuite } from './starts-suite.js';

/** Tests what the store does on every database. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  describe(`the store on ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store[Symbol.asyncDispose]());

    for (const suite of [
      runsSuite,
      listsSuite,
      searchSuite,
      retentionSuite,
      lettersSuite,
      actsSuite,
      outcomesSuite,
      erasureSuite,
      slotsSuite,
      holdsSuite,
      deliveriesSuite,
      startsSuite,
      signalsSuite,
      cacheSuite,
      deploymentsSuite,
    ])
      suite(() => store);
  });
}
