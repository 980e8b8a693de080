import { randomId } from '@millrace/contracts';
import fc from 'fast-check';
import type { HoldChanges, HoldRequest } from '../run/holds.js';

/** The lines of runs behind a parked run of their hold key, wherever they are kept. */
export interface HoldLines {
  /** Takes new runs on, in this order. Returns, for each that waits, the run that holds its key up. */
  accept(runs: readonly HoldRequest[]): Promise<ReadonlyMap<string, string>>;
  keep(changes: HoldChanges): Promise<void>;
  /** Returns the runs that have to hear that they may go on; a run that has not begun may be told again. */
  told(): Promise<readonly string[]>;
}

const T0 = 1_700_000_000_000;

/** Runs of one pipeline of one test: others may use the same store at the same time. */
class Scene {
  private readonly pipeline = randomId('pipeline');
  private readonly mine = new Set<string>();
  private readonly heard = new Set<string>();

  constructor(private readonly lines: HoldLines) {}

  of = (run: string, key: string): HoldRequest => ({ run, pipeline: this.pipeline, key });

  async accepts(...keys: string[]): Promise<readonly { run: string; key: string; behind: string | undefined }[]> {
    const requests = keys.map((key) => this.of(randomId('run'), key));
    for (const { run } of requests) this.mine.add(run);
    const behind = await this.lines.accept(requests);
    return requests.map(({ run, key }) => ({ run, key, behind: behind.get(run) }));
  }

  async accept(key: string) {
    const [one] = await this.accepts(key);
    return one!;
  }

  keep(changes: Partial<HoldChanges>): Promise<void> {
    return this.lines.keep({ begun: [], parked: [], wanted: [], ended: [], at: T0, ...changes });
  }

  parks = ({ run, key }: { run: string; key: string }) => this.keep({ parked: [this.of(run, key)] });
  ends = (...runs: { run: string }[]) => this.keep({ ended: runs.map(({ run }) => run) });

  wants(key: string): { run: string; key: string; done: Promise<void> } {
    const run = randomId('run');
    this.mine.add(run);
    return { run, key, done: this.keep({ wanted: [this.of(run, key)] }) };
  }

  /** Returns the runs that may go on since the last call; they begin. */
  async goOn(): Promise<readonly string[]> {
    const all = await this.lines.told();
    const fresh = [...new Set(all)].filter((run) => this.mine.has(run) && !this.heard.has(run));
    for (const run of fresh) this.heard.add(run);
    if (fresh.length > 0) await this.keep({ begun: fresh });
    return fresh;
  }
}

type Act = 'accept' | 'wants' | 'park' | 'end' | 'go on' | 'cancel';
const acts = fc.array(
  fc.record({
    act: fc.constantFrom<Act>('accept', 'accept', 'wants', 'park', 'end', 'go on', 'cancel'),
    key: fc.constantFrom('a', 'b'),
    which: fc.nat(5),
  }),
  { maxLength: 30 },
);

/** Tests the order in which runs go on behind a parked run of their hold key. */
export function holdLineSuite(open: () => HoldLines): void {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene(open());
  });

  test('later runs of a key wait behind a parked one, those of other keys and earlier ones do not', async () => {
    const [first, earlier] = await scene.accepts('a', 'a');
    expect([first!.behind, earlier!.behind]).toEqual([undefined, undefined]);
    await scene.parks(first!);
    expect((await scene.accept('a')).behind).toBe(first!.run);
    expect((await scene.accept('b')).behind).toBeUndefined();
    expect(await scene.goOn()).toEqual([]);
  });

  test('they go on one after the other, in order: none overtakes another that has not ended, or is parked in its turn', async () => {
    const first = await scene.accept('a');
    await scene.parks(first);
    const [second, third] = await scene.accepts('a', 'a');
    const fourth = await scene.accept('a');
    await scene.ends(first);
    expect(await scene.goOn()).toEqual([second!.run]);
    await scene.parks(second!);
    expect(await scene.goOn()).toEqual([]);
    expect((await scene.accept('a')).behind).toBe(second!.run);
    await scene.ends(second!);
    expect(await scene.goOn()).toEqual([third!.run]);
    await scene.ends(third!);
    expect(await scene.goOn()).toEqual([fourth.run]);
  });

  test('where several are parked, all of them have to end', async () => {
    const [one, other] = await scene.accepts('a', 'a');
    await scene.parks(one!);
    await scene.parks(other!);
    const waits = await scene.accept('a');
    await scene.ends(one!);
    expect(await scene.goOn()).toEqual([]);
    await scene.ends(other!);
    expect(await scene.goOn()).toEqual([waits.run]);
  });

  test('a run that ends while it waits lets those behind it go on in its stead, and no sooner', async () => {
    const first = await scene.accept('a');
    await scene.parks(first);
    const [second, third] = await scene.accepts('a', 'a');
    await scene.ends(second!);
    expect(await scene.goOn()).toEqual([]);
    await scene.ends(first);
    expect(await scene.goOn()).toEqual([third!.run]);
  });

  test('a run whose time comes later takes its place in line then, or goes on where nobody holds its key up', async () => {
    const free = scene.wants('a');
    await free.done;
    // It holds nobody up before it is parked itself.
    expect((await scene.accept('a')).behind).toBeUndefined();
    expect(await scene.goOn()).toEqual([free.run]);
    await scene.parks(free);
    const late = scene.wants('a');
    await late.done;
    expect(await scene.goOn()).toEqual([]);
    await scene.ends(free);
    expect(await scene.goOn()).toEqual([late.run]);
  });

  test('once the line is empty, runs begin at once again', async () => {
    const first = await scene.accept('a');
    await scene.parks(first);
    const second = await scene.accept('a');
    await scene.ends(first);
    await scene.goOn();
    await scene.ends(second);
    expect((await scene.accept('a')).behind).toBeUndefined();
  });

  test('whatever is parked and ends: runs that waited go on in the order in which they came, one at a time, and none is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        const random = new RandomLines(new Scene(open()));
        for (const one of history) await random.act(one);
        await random.clear();
      }),
      { numRuns: 25 },
    );
  });
}

/** Acts at random on the lines of two keys, and checks them against what each run is known to have done. */
class RandomLines {
  /** Under way, by run: its key, and that it is parked or came out of the line. */
  private readonly active = new Map<string, { key: string; holds: boolean }>();
  private readonly waiting: { run: string; key: string }[] = [];

  constructor(private readonly scene: Scene) {}

  async act({ act, key, which }: { act: Act; key: string; which: number }): Promise<void> {
    const [run] = [...this.active.keys()].slice(which % Math.max(1, this.active.size));
    if (act === 'accept') this.came(await this.scene.accept(key));
    else if (act === 'wants') {
      const one = this.scene.wants(key);
      await one.done;
      if (this.holders(key).length > 0) this.waiting.push(one);
      else this.active.set(one.run, { key, holds: false });
    } else if (act === 'go on') await this.goOn();
    else if (act === 'cancel') await this.cancel(which);
    else if (run !== undefined) await this[act](run);
  }

  /** Ends all there are, until nobody waits. */
  async clear(): Promise<void> {
    for (let left = this.waiting.length + 1; left > 0; left--) {
      for (const run of [...this.active.keys()]) await this.end(run);
      await this.goOn();
    }
    expect(this.waiting).toEqual([]);
  }

  private came({ run, key, behind }: { run: string; key: string; behind: string | undefined }): void {
    const holders = this.holders(key);
    expect(behind === undefined).toBe(holders.length === 0);
    if (behind === undefined) this.active.set(run, { key, holds: false });
    else {
      expect(holders).toContain(behind);
      this.waiting.push({ run, key });
    }
  }

  private async park(run: string): Promise<void> {
    const key = this.active.get(run)!.key;
    await this.scene.parks({ run, key });
    this.active.set(run, { key, holds: true });
  }

  private async end(run: string): Promise<void> {
    await this.scene.ends({ run });
    const { key } = this.active.get(run)!;
    this.active.delete(run);
    this.next(key);
  }

  private async cancel(which: number): Promise<void> {
    const [one] = this.waiting.splice(which, 1);
    if (one) await this.scene.ends(one);
  }

  /** The first of a key that waits goes on, where nobody holds the key up. */
  private next(key: string): void {
    const place = this.waiting.findIndex((one) => one.key === key);
    if (place < 0 || this.holders(key).length > 0) return;
    const [one] = this.waiting.splice(place, 1);
    this.active.set(one!.run, { key, holds: true });
    this.expected.add(one!.run);
  }

  private readonly expected = new Set<string>();

  private async goOn(): Promise<void> {
    const told = await this.scene.goOn();
    for (const run of this.expected) if (this.active.has(run)) expect(told).toContain(run);
    for (const run of told) expect([...this.waiting.map((one) => one.run)]).not.toContain(run);
    this.expected.clear();
  }

  private holders(key: string): string[] {
    return [...this.active].flatMap(([run, one]) => (one.key === key && one.holds ? [run] : []));
  }
}
