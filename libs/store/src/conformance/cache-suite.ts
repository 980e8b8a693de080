import { randomId } from '@millrace/contracts';
import type { CacheChanges } from '@millrace/saga';
import { type OutputCache, outputCacheSuite } from '@millrace/saga/conformance';
import type { Store } from '../open.js';
import { commitOf } from './runs.fixture.js';

const T0 = 1_700_000_000_000;
const TELL_AGAIN_MS = 15_000;

/** Outputs that are reused, on whatever database. */
export function cacheSuite(open: () => Store): void {
  describe('outputs', () => {
    let store: Store;
    beforeAll(() => {
      store = open();
    });

    outputCacheSuite(() => cacheOf(store));

    const keep = (changes: Partial<CacheChanges>, at = T0) =>
      cacheOf(store).keep({ lookups: [], executing: [], outputs: [], ended: [], at, ...changes });
    let lookups: CacheChanges['lookups'] = [];
    afterEach(async () => {
      await keep({ ended: lookups });
      lookups = [];
    });
    const lookup = (key: string) => {
      const one = { run: randomId('run'), step: 's', attempt: 1, key, freshFrom: 0 };
      lookups = [...lookups, one];
      return one;
    };
    const output = (key: string, value: unknown, more: { expiresAt?: number } = {}) => ({
      ...{ run: randomId('run'), step: 's', key, output: value, expiresAt: T0 + 60_000, ...more },
    });
    const told = async (run: string, at: number) =>
      (await store.outputs.toTell({ at, until: at + TELL_AGAIN_MS, limit: 500 })).filter((one) => one.run === run);
    /** Returns those of these keys that the cache still has. */
    const known = async (keys: readonly string[]) => {
      const all = keys.map(lookup);
      await keep({ lookups: all });
      const found = await store.outputs.toTell({ at: T0, until: T0 + TELL_AGAIN_MS, limit: 500 });
      await keep({ ended: all });
      return keys.filter((_, i) => found.some(({ run, hit }) => hit && run === all[i]!.run));
    };

    test('are told again until the run is known to have heard', async () => {
      const one = lookup(randomId('key'));
      await keep({ lookups: [one] });
      expect(await told(one.run, T0)).toHaveLength(1);
      expect(await told(one.run, T0)).toHaveLength(0);
      expect(await told(one.run, T0 + TELL_AGAIN_MS)).toHaveLength(1);
      await keep({ executing: [{ ...one, until: T0 + 60_000 }] });
      expect(await told(one.run, T0 + 2 * TELL_AGAIN_MS)).toHaveLength(0);
    });

    test('of which a step is executed for too long are executed by the next who waits', async () => {
      const key = randomId('key');
      const [late, next] = [lookup(key), lookup(key)];
      await keep({ lookups: [late] });
      await keep({ executing: [{ ...late, until: T0 + 1_000 }] });
      await keep({ lookups: [next] }, T0 + 500);
      await store.outputs.giveUp({ at: T0 + 999, limit: 500 });
      expect(await told(next.run, T0 + 999)).toEqual([]);
      await store.outputs.giveUp({ at: T0 + 1_000, limit: 500 });
      expect(await told(next.run, T0 + 1_000)).toMatchObject([{ run: next.run, hit: undefined }]);
    });

    test('that nobody used for the longest time go first where there are too many', async () => {
      await store.outputs.evict({ at: T0, outputs: 0, bytes: 0 });
      const keys = [randomId('key'), randomId('key'), randomId('key')] as const;
      for (const [i, key] of keys.entries()) await keep({ outputs: [output(key, 'x')] }, T0 + i);
      const user = lookup(keys[0]);
      await keep({ lookups: [user] }, T0 + 10);
      await keep({ ended: [user] }, T0 + 10);
      expect(await store.outputs.evict({ at: T0 + 11, outputs: 2, bytes: 1_000 })).toBe(1);
      expect(await known(keys)).toEqual([keys[0], keys[2]]);
      expect(await store.outputs.evict({ at: T0 + 11, outputs: 2, bytes: 5 })).toBe(1);
      await store.outputs.evict({ at: T0 + 11, outputs: 0, bytes: 0 });
      expect(await known(keys)).toEqual([]);
    });

    test('whose time is over are removed, and those that somebody is about to be told stay', async () => {
      const [old, young] = [randomId('key'), randomId('key')];
      await keep({ outputs: [output(old, 1, { expiresAt: T0 + 10 }), output(young, 2)] });
      const one = lookup(young);
      await keep({ lookups: [one] });
      await store.outputs.evict({ at: T0 + 10, outputs: 0, bytes: 0 });
      expect(await told(one.run, T0 + 10)).toMatchObject([{ hit: { output: 2 } }]);
      await keep({ ended: [one] });
      expect(await known([old])).toEqual([]);
    });

    test('are executed one at a time, however many look for one at once', async () => {
      const key = randomId('key');
      const asking = Array.from({ length: 20 }, () => lookup(key));
      await Promise.all(asking.map((one) => keep({ lookups: [one] })));
      const runs = new Set(asking.map(({ run }) => run));
      const all = await store.outputs.toTell({ at: T0, until: T0 + TELL_AGAIN_MS, limit: 500 });
      const first = all.filter(({ run }) => runs.has(run));
      expect(first).toMatchObject([{ hit: undefined }]);
      const executor = asking.find(({ run }) => run === first[0]!.run)!;
      await keep({ outputs: [{ ...executor, output: 'done', expiresAt: T0 + 60_000 }], ended: [executor] });
      const rest = await store.outputs.toTell({ at: T0, until: T0 + TELL_AGAIN_MS, limit: 500 });
      expect(rest.filter(({ run, hit }) => runs.has(run) && hit?.output === 'done')).toHaveLength(19);
    });
  });
}

/** Returns the outputs of a store, as the suite drives them: by batches of the coordinator. */
const cacheOf = (store: Store): OutputCache => ({
  keep: (cache) => store.writer.commit(commitOf({ cache })),
  told: (at) => store.outputs.toTell({ at, until: at + TELL_AGAIN_MS, limit: 500 }),
});
