import { randomId } from '@millrace/contracts';
import type { Store } from '../open.js';
import { commitOf, newRun } from './runs.fixture.js';

type WhenFull = 'queue' | 'drop' | 'replace';

/** Tests what a store does with concurrency limits and paused pipelines. */
export function slotsSuite(open: () => Store): void {
  describe('concurrency slots', () => {
    let pipeline: string;
    beforeEach(() => {
      pipeline = randomId('pipeline');
      mine.clear();
    });

    const asks = async (key: string, more: { limit?: number; whenFull?: WhenFull } = {}) => {
      const id = randomId('run');
      const summary = newRun({ id, pipeline, acceptedAt: 1_000 });
      const slot = { run: id, pipeline, key, limit: 1, whenFull: 'queue' as const, ...more };
      let got: string | undefined;
      await open().writer.create([{ ...summary, wakeAt: undefined, slot }], ({ slots }) => {
        got = slots.get(id);
        return commitOf();
      });
      return { id, slot, got };
    };
    const ends = (...ended: string[]) =>
      open().writer.commit(commitOf({ slots: { begun: [], ended, wanted: [], at: 2_000 } }));
    const begins = (...begun: string[]) =>
      open().writer.commit(commitOf({ slots: { begun, ended: [], wanted: [], at: 2_000 } }));
    /** Returns the notices that runs of this test have to hear; they are due again at once. */
    const told = async () => {
      const all = await open().starts.toTell({ at: 3_000, until: 3_000, limit: 1_000 });
      return all.filter(({ run }) => mine.has(run));
    };
    const mine = new Set<string>();
    const ask = async (key: string, more?: { limit?: number; whenFull?: WhenFull }) => {
      const one = await asks(key, more);
      mine.add(one.id);
      return one;
    };

    test('are given to so many of a key, and then to who has waited longest, who hears of it until it has begun', async () => {
      const [first, second, third, other] = [await ask('a'), await ask('a'), await ask('a'), await ask('b')];
      expect([first, second, third, other].map(({ got }) => got)).toEqual(['active', 'held', 'held', 'active']);
      await ends(first.id);
      expect(await told()).toEqual([{ run: second.id, cancel: undefined }]);
      expect(await told()).toEqual([{ run: second.id, cancel: undefined }]);
      await begins(second.id);
      expect(await told()).toEqual([]);
      await ends(second.id);
      expect(await told()).toEqual([{ run: third.id, cancel: undefined }]);
    });

    test('that are all taken turn a run away, where it says so', async () => {
      await ask('a', { whenFull: 'drop' });
      const second = await ask('a', { whenFull: 'drop' });
      expect(second.got).toBe('dropped');
      await ends(second.id);
      expect(await told()).toEqual([]);
    });

    test('that are all taken go to the newest, and the oldest and those that waited are told to end', async () => {
      const [first, second, third] = [
        await ask('a', { whenFull: 'replace' }),
        await ask('a', { whenFull: 'replace' }),
        await ask('a', { whenFull: 'replace' }),
      ];
      expect([first, second, third].map(({ got }) => got)).toEqual(['active', 'held', 'held']);
      const cancelled = (await told()).map(({ run, cancel }) => [run, cancel]);
      expect(new Map(cancelled as [string, string][])).toEqual(
        new Map([
          [first.id, `replaced by ${second.id}`],
          [second.id, `replaced by ${third.id}`],
        ]),
      );
      await ends(first.id, second.id);
      expect(await told()).toEqual([{ run: third.id, cancel: undefined }]);
    });

    test('are wanted later by a run that is to begin later, and it hears what it got', async () => {
      const first = await ask('a');
      const later = { run: randomId('run'), pipeline, key: 'a', limit: 1 };
      mine.add(later.run);
      const wants = (whenFull: WhenFull) =>
        open().writer.commit(
          commitOf({ slots: { begun: [], ended: [], wanted: [{ ...later, whenFull }], at: 2_000 } }),
        );
      await wants('drop');
      expect(await told()).toEqual([{ run: later.run, cancel: 'dropped: 1 of its key "a" are under way' }]);
      await ends(later.run, first.id);
      await wants('queue');
      expect(await told()).toEqual([{ run: later.run, cancel: undefined }]);
    });

    const pauses = (pause: { at: number } | null) =>
      open().deployments.apply({ id: randomId('dep'), at: 2_000, pipeline, stages: [] }, () => ({
        outcome: { status: 'applied', pipeline, unchanged: false },
        route: { current: 'p', before: undefined, canary: undefined },
        pause,
      }));

    test('are nobody’s while their pipeline is paused; then those who wait begin, so many as there may be, in their order', async () => {
      const first = await ask('a', { limit: 2 });
      await pauses({ at: 1 });
      const waiting = [await ask('a', { limit: 2 }), await ask('a', { limit: 2 }), await ask('a', { limit: 2 })];
      expect(waiting.map(({ got }) => got)).toEqual(['held', 'held', 'held']);
      await ends(first.id);
      expect(await told()).toEqual([]);
      await pauses(null);
      expect(new Set((await told()).map(({ run }) => run))).toEqual(new Set(waiting.slice(0, 2).map(({ id }) => id)));
      await begins(waiting[0]!.id, waiting[1]!.id);
      await ends(waiting[0]!.id);
      expect((await told()).map(({ run }) => run)).toEqual([waiting[2]!.id]);
    });

    test('are not needed without a limit, but while the pipeline is paused; all who waited for that begin', async () => {
      const free = async () => (await ask('', { limit: Infinity })).got;
      expect(await free()).toBe('active');
      await pauses({ at: 1 });
      const waiting = [await ask('', { limit: Infinity }), await ask('', { limit: Infinity })];
      expect(waiting.map(({ got }) => got)).toEqual(['held', 'held']);
      await pauses(null);
      expect(await free()).toBe('active');
      expect(new Set((await told()).map(({ run }) => run))).toEqual(new Set(waiting.map(({ id }) => id)));
      await begins(...waiting.map(({ id }) => id));
      expect(await told()).toEqual([]);
    });

    test('that are one too many in a pause are dropped, and what is under way is replaced by nobody', async () => {
      const first = await ask('r', { whenFull: 'replace' });
      await pauses({ at: 1 });
      const [second, third] = [await ask('r', { whenFull: 'replace' }), await ask('r', { whenFull: 'replace' })];
      expect((await told()).map(({ run }) => run)).toEqual([second.id]);
      expect(
        [await ask('d', { whenFull: 'drop' }), await ask('d', { whenFull: 'drop' })].map(({ got }) => got),
      ).toEqual(['held', 'dropped']);
      await ends(first.id, second.id);
      await pauses(null);
      expect((await told()).map(({ run }) => run)).toContain(third.id);
    });

    test('are never more than the limit, however many ask and end at once', async () => {
      const limit = 3;
      const all = await Promise.all(Array.from({ length: 12 }, () => ask('a', { limit })));
      const active = all.filter(({ got }) => got === 'active').map(({ id }) => id);
      expect(active).toHaveLength(limit);
      const begun = new Set(active);
      while (begun.size < all.length) {
        await Promise.all([...active.splice(0, 2)].map((id) => ends(id)));
        const now = (await told()).map(({ run }) => run).filter((run) => !begun.has(run));
        expect(active.length + now.length).toBe(Math.min(limit, active.length + all.length - begun.size));
        for (const run of now) begun.add(run);
        active.push(...now);
        await begins(...now);
      }
    });
  });
}
