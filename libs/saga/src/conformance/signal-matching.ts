import { randomId } from '@millrace/contracts';

/** A record that may be the signal of a waiting step, under one key or several. */
export interface SuiteSignal {
  readonly id: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly keys: readonly { readonly key: string; readonly payload: unknown }[];
}

/** A step that waits for a key. */
export interface SuiteWait {
  readonly run: string;
  readonly step: string;
  readonly key: string;
  readonly since: number;
}

/** Signals and waiting steps, wherever they are kept. */
export interface SignalMatching {
  take(signals: readonly SuiteSignal[]): Promise<void>;
  /** A decision about one run, in one transaction: it begins or ends a wait, and takes or returns signals. */
  decide(decision: {
    readonly begins?: SuiteWait;
    readonly ends?: Pick<SuiteWait, 'run' | 'step'>;
    readonly taken?: readonly string[];
    readonly returned?: readonly string[];
  }): Promise<void>;
  /** Returns the signals that runs have to hear and have not been told of. */
  told(at: number): Promise<readonly { id: string; run: string; step: string; payload: unknown }[]>;
  /** Returns the ids of the signals that expired without being given to a run. */
  expired(at: number): Promise<readonly string[]>;
}

const T0 = 1_700_000_000_000;
const KEEP_MS = 60_000;

/** Ids and keys of one test: others may use the same store at the same time. */
class Scene {
  readonly keys = [randomId('key'), randomId('key')].sort() as [string, string];
  private readonly group = randomId('group');

  constructor(readonly matching: SignalMatching) {}

  readonly id = (offset: number): string => `${this.group}/0/${offset}`;

  signal(offset: number, keys: readonly string[] = [this.keys[0]]): SuiteSignal {
    const payloads = keys.map((key) => ({ key, payload: { offset, key } }));
    return { id: this.id(offset), at: T0, expiresAt: T0 + KEEP_MS, keys: payloads };
  }

  /** Begins a wait of a new run. */
  async waits(since: number, key: string = this.keys[0]): Promise<string> {
    const run = randomId('run');
    await this.matching.decide({ begins: { run, step: 's', key, since: T0 + since } });
    return run;
  }

  /** Ends the wait of a run that took its signal, or found its step answered otherwise. */
  ends(run: string, heard: { readonly taken?: readonly string[]; readonly returned?: readonly string[] }) {
    return this.matching.decide({ ends: { run, step: 's' }, ...heard });
  }

  /** Returns the signals that are told now, as pairs of signal and run. */
  async told(at = T0): Promise<readonly (readonly [string, string])[]> {
    const all = await this.matching.told(at);
    const own = all.filter(({ id }) => id.startsWith(this.group));
    return own.map(({ id, run }) => [id, run] as const).sort();
  }
}

/** Declares a Jest suite: the rules by which signals and waiting steps find each other, the same for every store. */
export function signalMatchingSuite(open: () => SignalMatching): void {
  describe('a signal and a step that waits for it', () => {
    let scene: Scene;
    beforeEach(() => {
      scene = new Scene(open());
    });

    test('find each other, whoever comes first', async () => {
      const { matching } = scene;
      await matching.take([scene.signal(0)]);
      expect(await scene.told()).toEqual([]);
      const first = await scene.waits(0);
      expect(await scene.told()).toEqual([[scene.id(0), first]]);
      await scene.ends(first, { taken: [scene.id(0)] });
      const second = await scene.waits(1);
      expect(await scene.told()).toEqual([]);
      await matching.take([scene.signal(1)]);
      expect(await scene.told()).toEqual([[scene.id(1), second]]);
    });

    test('are one pair: nobody else gets the signal, and the step gets no second one', async () => {
      const [first, second] = [await scene.waits(0), await scene.waits(1)];
      await scene.matching.take([scene.signal(0)]);
      expect(await scene.told()).toEqual([[scene.id(0), first]]);
      await scene.matching.take([scene.signal(1), scene.signal(2)]);
      expect(await scene.told()).toEqual([[scene.id(1), second]]);
      await scene.ends(first, { taken: [scene.id(0)] });
      expect(await scene.told()).toEqual([]);
    });

    test('the step that has waited the longest comes first, whenever its wait was written', async () => {
      const [later, early] = [await scene.waits(9), await scene.waits(1)];
      await scene.matching.take([scene.signal(0)]);
      expect(await scene.told()).toEqual([[scene.id(0), early]]);
      await scene.matching.take([scene.signal(1)]);
      expect(await scene.told()).toEqual([[scene.id(1), later]]);
    });

    test.each([
      [0, 1],
      [1, 0],
    ] as const)('of a record with two keys the longest wait for either comes first: key %i', async (long, short) => {
      const { keys, matching } = scene;
      const recent = await scene.waits(5, keys[short]);
      const oldest = await scene.waits(1, keys[long]);
      await matching.take([scene.signal(0, keys), scene.signal(1, keys), scene.signal(2, keys)]);
      expect(await matching.told(T0)).toEqual(
        expect.arrayContaining([
          { id: scene.id(0), run: oldest, step: 's', payload: { offset: 0, key: keys[long] } },
          { id: scene.id(1), run: recent, step: 's', payload: { offset: 1, key: keys[short] } },
        ]),
      );
      const last = await scene.waits(7, keys[long]);
      expect(await scene.told()).toEqual([[scene.id(2), last]]);
    });

    test('the oldest record comes first, and of one batch the one before: 9 comes before 10', async () => {
      const { matching } = scene;
      const ninth = { ...scene.signal(8), at: T0 + 1 };
      await matching.take([scene.signal(9), scene.signal(10)]);
      await matching.take([ninth]);
      const [first, second, third] = [await scene.waits(0), await scene.waits(1), await scene.waits(2)];
      expect(await scene.told()).toEqual(
        [[scene.id(9), first] as const, [scene.id(10), second] as const, [scene.id(8), third] as const].sort(),
      );
    });

    test('a signal that finds its step answered otherwise is for the next who waits', async () => {
      const first = await scene.waits(0);
      await scene.matching.take([scene.signal(0), scene.signal(1)]);
      expect(await scene.told()).toEqual([[scene.id(0), first]]);
      await scene.ends(first, { returned: [scene.id(0)] });
      expect(await scene.told()).toEqual([]);
      const next = await scene.waits(1);
      expect(await scene.told()).toEqual([[scene.id(0), next]]);
    });

    test('a signal that is returned goes at once to a step that waits already', async () => {
      const [first, second] = [await scene.waits(0), await scene.waits(1)];
      await scene.matching.take([scene.signal(0)]);
      expect(await scene.told()).toEqual([[scene.id(0), first]]);
      await scene.ends(first, { returned: [scene.id(0)] });
      expect(await scene.told()).toEqual([[scene.id(0), second]]);
    });

    test('a signal that nobody waits for while it is kept expires, and then nobody gets it', async () => {
      const { matching } = scene;
      await matching.take([scene.signal(0)]);
      const expired = async (at: number) => (await matching.expired(at)).filter((id) => id === scene.id(0));
      expect(await expired(T0 + KEEP_MS - 1)).toEqual([]);
      expect(await expired(T0 + KEEP_MS)).toEqual([scene.id(0)]);
      await scene.waits(0);
      expect(await scene.told(T0 + KEEP_MS)).toEqual([]);
    });

    test('a signal that was given to a step does not expire', async () => {
      await scene.waits(0);
      await scene.matching.take([scene.signal(0)]);
      expect(await scene.matching.expired(T0 + KEEP_MS)).not.toContain(scene.id(0));
      expect(await scene.told(T0 + KEEP_MS)).toHaveLength(1);
    });
  });
}
