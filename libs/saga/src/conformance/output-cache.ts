import { randomId } from '@millrace/contracts';
import type { CacheChanges, LookedUp } from '../run/cache-changes.js';

/** Outputs that are reused and the lookups of them, wherever they are kept. */
export interface OutputCache {
  keep(changes: CacheChanges): Promise<void>;
  /** Returns what runs have to hear and have not been told. */
  told(at: number): Promise<readonly LookedUp[]>;
}

const T0 = 1_700_000_000_000;
const MAX_AGE_MS = 60_000;

type Lookup = CacheChanges['lookups'][number];

/** Keys and runs of one test: others may use the same store at the same time. */
class Scene {
  readonly key = randomId('key');
  private readonly lookups: Lookup[] = [];

  constructor(readonly cache: OutputCache) {}

  keep(changes: Partial<CacheChanges>, at = T0): Promise<void> {
    return this.cache.keep({ lookups: [], executing: [], outputs: [], ended: [], at, ...changes });
  }

  /** Looks the key up for a step of a new run; with `freshFrom: undefined` for one that is executed in any case. */
  async asks({ at = T0, ...more }: Partial<Lookup> & { at?: number } = {}): Promise<Lookup> {
    const lookup = { run: randomId('run'), step: 's', attempt: 1, key: this.key, freshFrom: at - MAX_AGE_MS, ...more };
    this.lookups.push(lookup);
    await this.keep({ lookups: [lookup] }, at);
    return lookup;
  }

  completes(lookup: Lookup, output: unknown, at = T0): Promise<void> {
    const given = { ...lookup, output, summary: 'Says so', expiresAt: at + MAX_AGE_MS };
    return this.keep({ outputs: [given], ended: [lookup] }, at);
  }

  async told(at = T0): Promise<readonly LookedUp[]> {
    return (await this.cache.told(at)).filter(({ run }) => this.lookups.some((lookup) => lookup.run === run));
  }

  /** Ends all lookups. */
  end(): Promise<void> {
    return this.keep({ ended: this.lookups });
  }

  miss({ run, step, attempt }: Lookup): LookedUp {
    return { run, step, attempt, hit: undefined };
  }

  hit({ run, step, attempt }: Lookup, output: unknown, from: { by: Lookup; at?: number }): LookedUp {
    const hit = { output, storedAt: from.at ?? T0, executedBy: from.by.run, summary: 'Says so' };
    return { run, step, attempt, hit };
  }
}

/** Declares a Jest suite: the rules by which outputs are reused, the same wherever they are kept. */
export function outputCacheSuite(open: () => OutputCache): void {
  describe('an output that is reused', () => {
    let scene: Scene;
    beforeEach(() => {
      scene = new Scene(open());
    });
    afterEach(() => scene.end());

    test('is executed by the first who asks for it, and given to all who ask later', async () => {
      const first = await scene.asks();
      expect(await scene.told()).toEqual([scene.miss(first)]);
      await scene.completes(first, { n: 1 });
      const [second, third] = [await scene.asks(), await scene.asks()];
      expect(new Set(await scene.told())).toEqual(
        new Set([scene.hit(second, { n: 1 }, { by: first }), scene.hit(third, { n: 1 }, { by: first })]),
      );
    });

    test('is executed once at a time: others wait for it, and then have it', async () => {
      const [first, second, third] = [
        await scene.asks(),
        await scene.asks({ at: T0 + 1 }),
        await scene.asks({ at: T0 + 2 }),
      ];
      expect(await scene.told()).toEqual([scene.miss(first)]);
      await scene.keep({ executing: [{ ...first, until: T0 + 30_000 }] });
      expect(await scene.told(T0 + 20_000)).toEqual([]);
      await scene.completes(first, 'done', T0 + 20_000);
      const by = { by: first, at: T0 + 20_000 };
      expect(new Set(await scene.told(T0 + 20_000))).toEqual(
        new Set([scene.hit(second, 'done', by), scene.hit(third, 'done', by)]),
      );
    });

    test('that could not be had is executed by the next in line, one after the other', async () => {
      const [first, second, third] = [
        await scene.asks(),
        await scene.asks({ at: T0 + 1 }),
        await scene.asks({ at: T0 + 2 }),
      ];
      expect(await scene.told()).toEqual([scene.miss(first)]);
      await scene.keep({ ended: [first] }, T0 + 3);
      expect(await scene.told(T0 + 3)).toEqual([scene.miss(second)]);
      await scene.keep({ ended: [second] }, T0 + 4);
      expect(await scene.told(T0 + 4)).toEqual([scene.miss(third)]);
    });

    test('of another key is nobody’s business', async () => {
      const first = await scene.asks();
      const other = await scene.asks({ key: randomId('key') });
      expect(new Set(await scene.told())).toEqual(new Set([scene.miss(first), scene.miss(other)]));
    });

    test('is too old after its time, and for whoever wants it younger', async () => {
      const first = await scene.asks();
      await scene.told();
      await scene.completes(first, 'old');
      const strict = await scene.asks({ at: T0 + 10_000, freshFrom: T0 + 9_000 });
      expect(await scene.told(T0 + 10_000)).toEqual([scene.miss(strict)]);
      await scene.keep({ ended: [strict] }, T0 + 10_000);
      const late = await scene.asks({ at: T0 + MAX_AGE_MS });
      expect(await scene.told(T0 + MAX_AGE_MS)).toEqual([scene.miss(late)]);
    });

    test('is executed in any case for whoever refreshes it, and is what others get from then on', async () => {
      const first = await scene.asks();
      await scene.told();
      await scene.completes(first, 'old');
      const second = await scene.asks({ freshFrom: undefined });
      expect(await scene.told()).toEqual([scene.miss(second)]);
      await scene.completes(second, 'new', T0 + 1);
      const third = await scene.asks({ at: T0 + 2 });
      expect(await scene.told(T0 + 2)).toEqual([scene.hit(third, 'new', { by: second, at: T0 + 1 })]);
    });

    test.each([null, 'text', '12', '', [], { a: { b: [1, null] } }])('is given as it was: %j', async (output) => {
      const first = await scene.asks();
      await scene.told();
      await scene.completes(first, output);
      const second = await scene.asks();
      expect(await scene.told()).toEqual([scene.hit(second, output, { by: first })]);
    });

    test('is not given to a step that has ended meanwhile', async () => {
      const first = await scene.asks();
      const second = await scene.asks({ at: T0 + 1 });
      await scene.told();
      await scene.keep({ ended: [second] });
      await scene.completes(first, 1);
      expect(await scene.told()).toEqual([]);
    });

    test('of which one step ends and another one begins in one batch goes on in their order', async () => {
      const first = await scene.asks();
      await scene.told();
      const again = { ...first, attempt: 2 };
      await scene.keep({ ended: [first], lookups: [again] });
      expect(await scene.told()).toEqual([scene.miss(again)]);
    });
  });
}
