import { randomId } from '@millrace/contracts';
import type { Store } from '../open.js';
import { changed, commitOf, newRun } from './runs.fixture.js';
import type { SignalRecord } from '../signals.js';
import { type SignalMatching, signalMatchingSuite } from '@millrace/saga/conformance';

/** Records and those who wait for them, on whatever database. */
export function signalsSuite(open: () => Store): void {
  describe('signals', () => {
    let store: Store;
    beforeAll(() => {
      store = open();
    });

    const T0 = 1_700_000_000_000;
    const until = T0 + 15_000;
    let group: string;
    let key: string;
    beforeEach(() => {
      [group, key] = [randomId('group'), randomId('key')];
    });

    const signal = (offset: number, more: Partial<SignalRecord> = {}): SignalRecord => ({
      offset,
      id: `${group}/${offset}`,
      record: { offset },
      expiresAt: T0 + 60_000,
      keys: [{ key, payload: { n: offset } }],
      ...more,
    });
    const take = (...records: SignalRecord[]) =>
      store.signals.take({ topic: group, partition: 0, next: records.at(-1)!.offset + 1, now: T0 }, records);
    /** As the coordinator writes what a batch of runs means. */
    const batch = (options: {
      begins?: string;
      since?: number;
      ends?: string;
      taken?: string[];
      returned?: string[];
    }) => {
      const { begins, since = T0, ends, taken = [], returned = [] } = options;
      const wait = { step: 's', kind: 'signal', pipeline: 'p', due: undefined, show: null, correlation: key } as const;
      const moved = (id: string | undefined, more: object) => (id === undefined ? [] : [changed(newRun({ id }), more)]);
      return store.writer.commit(
        commitOf({
          changes: [...moved(begins, { waits: [{ ...wait, run: begins, since }] }), ...moved(ends, { waited: ['s'] })],
          signals: { awaited: begins ? [key] : [], taken, returned, at: T0 },
        }),
      );
    };
    /** Returns this test's signals to tell at a time. */
    const told = async (at = T0) =>
      (await store.signals.toTell({ at, until: at + 15_000, limit: 500 })).filter(({ id }) => id.startsWith(group));

    test.each(['text', '{"a":1}', '12', '', '\u0000', null, []])(
      'are told with their payload as it is: %j',
      async (payload) => {
        const run = randomId('run');
        await batch({ begins: run });
        await take(signal(0, { keys: [{ key, payload }] }));
        expect(await told()).toEqual([{ id: `${group}/0`, run, step: 's', payload }]);
      },
    );

    test.each(['text', '12', null])('that expire are given back as they are: %j', async (record) => {
      await take(signal(0, { record, expiresAt: T0 + 1 }));
      const expired = await store.signals.expired({ at: T0 + 2, until: T0 + 3, limit: 1_000 });
      expect(expired.filter(({ id }) => id.startsWith(group))).toEqual([{ id: `${group}/0`, record }]);
    });

    test('are told again until they are taken, once however often they are delivered', async () => {
      const run = randomId('run');
      await batch({ begins: run });
      await take(signal(0));
      await take(signal(0));
      expect(await told()).toHaveLength(1);
      expect(await told()).toHaveLength(0);
      expect(await told(until)).toHaveLength(1);
      await batch({ ends: run, taken: [`${group}/0`] });
      await take(signal(0));
      expect(await told(until + 15_000)).toEqual([]);
      await batch({ begins: run });
      expect(await told(until + 15_000)).toEqual([]);
    });

    test('that nobody waits for are given out when their time is over, and then to nobody else', async () => {
      await take(signal(0));
      const expired = async (at: number) =>
        (await store.signals.expired({ at, until: at + 15_000, limit: 500 })).filter(({ id }) => id.startsWith(group));
      expect(await expired(T0 + 59_999)).toEqual([]);
      expect(await expired(T0 + 60_000)).toEqual([{ id: `${group}/0`, record: { offset: 0 } }]);
      await batch({ begins: randomId('run') });
      expect(await told()).toEqual([]);
      expect(await expired(T0 + 75_000)).toHaveLength(1);
      await store.signals.forget([`${group}/0`]);
      expect(await expired(T0 + 95_000)).toEqual([]);
    });

    signalMatchingSuite(() => matchingOf(store));

    test('and those who wait find each other, whoever is written first', async () => {
      const runs = Array.from({ length: 20 }, () => randomId('run'));
      await Promise.all(
        runs.flatMap((run, n) => [
          batch({ begins: run }),
          store.signals.take({ topic: `${group}/${n}`, partition: 0, next: 1, now: T0 }, [
            signal(0, { id: `${group}/${n}` }),
          ]),
        ]),
      );
      const all = await told();
      expect(new Set(all.map(({ run }) => run))).toEqual(new Set(runs));
      expect(new Set(all.map(({ id }) => id)).size).toBe(20);
    });
  });
}

const TELL_AGAIN_MS = 15_000;

/** Returns the signals and waits of a store, as the suite drives them. */
function matchingOf(store: Store): SignalMatching {
  const waitOf = ({ key, ...wait }: { run: string; step: string; key: string; since: number }) =>
    ({ ...wait, kind: 'signal', pipeline: 'p', due: undefined, show: null, correlation: key }) as const;
  return {
    async take(signals) {
      const records = signals.map(({ at: _, ...signal }, offset) => ({ ...signal, offset, record: {} }));
      const at = { topic: randomId('group'), partition: 0, next: records.length, now: signals[0]!.at };
      await store.signals.take(at, records);
    },
    async decide({ begins, ends, taken = [], returned = [] }) {
      const changes = [
        ...(begins ? [changed(newRun({ id: begins.run }), { waits: [waitOf(begins)] })] : []),
        ...(ends ? [changed(newRun({ id: ends.run }), { waited: [ends.step] })] : []),
      ];
      const awaited = begins ? [begins.key] : [];
      await store.writer.commit(commitOf({ changes, signals: { awaited, taken, returned, at: 0 } }));
    },
    told: (at) => store.signals.toTell({ at, until: at + TELL_AGAIN_MS, limit: 500 }),
    async expired(at) {
      const all = await store.signals.expired({ at, until: at + TELL_AGAIN_MS, limit: 500 });
      return all.map(({ id }) => id);
    },
  };
}
