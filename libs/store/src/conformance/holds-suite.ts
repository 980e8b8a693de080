import { type LetterActRequested, randomId } from '@millrace/contracts';
import { holdLineSuite, type HoldLines } from '@millrace/saga/conformance';
import type { HoldChanges, HoldRequest } from '@millrace/saga';
import type { DeadLetter } from '../commit.js';
import type { Store } from '../open.js';
import { changed, commitOf, newRun } from './runs.fixture.js';

const T0 = 1_700_000_000_000;

/** Tests the lines of runs that wait behind a parked run of their hold key. */
export function holdsSuite(open: () => Store): void {
  describe('lines of hold keys', () => {
    holdLineSuite(() => linesOf(open()));

    let pipeline: string;
    beforeEach(() => {
      pipeline = randomId('pipeline');
    });

    const accepts = async (key: string) => {
      const hold = { run: randomId('run'), pipeline, key };
      const behind = (await linesOf(open()).accept([hold])).get(hold.run);
      return { ...hold, behind };
    };
    const letterOf = (run: string): DeadLetter => ({
      id: randomId('dl'),
      status: 'open',
      at: T0,
      failure: { code: 'MODEL_BUSY', kind: 'transient', message: 'The model is busy.' },
      run,
      pipeline,
      step: 's',
      stage: 'draft',
      attempts: 1,
      input: {},
      record: undefined,
    });
    /** Parks a step of the run, or of a child run that does its work. */
    const parks = async (parked: HoldRequest, of = parked.run) => {
      const letter = letterOf(of);
      await open().writer.commit(
        commitOf({
          deadLetters: [letter],
          holds: { begun: [], parked: [parked], wanted: [], ended: [], at: T0 },
        }),
      );
      return letter.id;
    };
    const acts = (letter: string, act: LetterActRequested['act'], status: 'resolved' | 'open' | 'redriven') =>
      open().letters.act({ type: 'letter.act-requested', id: randomId('act'), at: T0, letter, act }, () => ({
        outcome: { status: 'applied', unchanged: false },
        status,
      }));
    const goOn = async (...of: { run: string }[]) => {
      const told = await linesOf(open()).told();
      return of.map(({ run }) => run).filter((run) => told.includes(run));
    };

    test('go on when the last open letter of the parked run is resolved, and wait again when it is reopened', async () => {
      const first = await accepts('a');
      const letters = [await parks(first), await parks(first)];
      const [second, third] = [await accepts('a'), await accepts('a')];
      await acts(letters[0]!, { do: 'resolve' }, 'resolved');
      expect(await goOn(second, third)).toEqual([]);
      await acts(letters[1]!, { do: 'resolve' }, 'resolved');
      expect(await goOn(second, third)).toEqual([second.run]);
      await acts(letters[0]!, { do: 'reopen' }, 'open');
      await linesOf(open()).keep({ begun: [second.run], parked: [], wanted: [], ended: [second.run], at: T0 });
      expect(await goOn(second, third)).toEqual([]);
      expect((await open().reader.holds([third.run])).get(third.run)).toEqual({
        key: 'a',
        behind: first.run,
        ahead: 0,
      });
    });

    test('wait on while what was parked is redriven, until its run has ended', async () => {
      const first = await accepts('a');
      const letter = await parks(first);
      const second = await accepts('a');
      await acts(letter, { do: 'redrive' }, 'redriven');
      expect(await goOn(second)).toEqual([]);
      await linesOf(open()).keep({ begun: [], parked: [], wanted: [], ended: [first.run], at: T0 });
      expect(await goOn(second)).toEqual([second.run]);
    });

    test('wait behind a run of which a child run is parked, until the letter of the child is resolved', async () => {
      const first = await accepts('a');
      const child = newRun({ pipeline, parent: first.run });
      const grandchild = newRun({ pipeline, parent: child.id });
      const changes = [child, grandchild].map((summary) => changed(summary, { created: true, row: true }));
      await open().writer.commit(commitOf({ changes }));
      const letter = await parks(first, grandchild.id);
      const own = await parks(first, child.id);
      const second = await accepts('a');
      await acts(letter, { do: 'resolve' }, 'resolved');
      expect(await goOn(second)).toEqual([]);
      await acts(own, { do: 'resolve' }, 'resolved');
      expect(await goOn(second)).toEqual([second.run]);
    });

    test('go on when a job resolves the letters, and not when it redrives them', async () => {
      for (const kind of ['redrive', 'resolve'] as const) {
        const first = await accepts(kind);
        await parks(first);
        const second = await accepts(kind);
        const job = randomId('job');
        const work = { kind, filter: { pipeline } };
        await open().jobs.begin({ type: 'job.requested', id: job, at: T0, work });
        const status = kind === 'resolve' ? ('resolved' as const) : ('redriven' as const);
        await open().jobWorks.slice({ job, at: T0, limit: 10, sentBefore: T0 }, (letter) => ({
          result: { letter: letter.id, status: kind === 'resolve' ? 'resolved' : 'sent' },
          letter: { status, desk: {} },
        }));
        await open().jobWorks.moveOn({ job, at: T0, next: T0 + 1e9 }, []);
        expect(await goOn(second)).toEqual(kind === 'resolve' ? [second.run] : []);
      }
    });

    test('say of each run what it waits for, and of the parked one how many wait', async () => {
      const first = await accepts('a');
      await parks(first);
      const [second, third] = [await accepts('a'), await accepts('a')];
      const free = await accepts('b');
      const holds = await open().reader.holds([first, second, third, free].map(({ run }) => run));
      expect(Object.fromEntries(holds)).toEqual({
        [first.run]: { key: 'a', waiting: 2 },
        [second.run]: { key: 'a', behind: first.run, ahead: 0 },
        [third.run]: { key: 'a', behind: first.run, ahead: 1 },
      });
    });

    test('are in one order, however many runs are accepted while others are parked and end at once', async () => {
      const first = await accepts('a');
      await parks(first);
      const all = await Promise.all(Array.from({ length: 8 }, () => accepts('a')));
      expect(new Set(all.map(({ behind }) => behind))).toEqual(new Set([first.run]));
      const left = new Map(all.map((one) => [one.run, one]));
      let active: HoldRequest = first;
      while (left.size > 0) {
        const late = [...left.values()].at(-1)!;
        await Promise.all([
          linesOf(open()).keep({ begun: [active.run], parked: [], wanted: [], ended: [active.run], at: T0 }),
          left.size > 1 && linesOf(open()).keep({ begun: [], parked: [], wanted: [], ended: [late.run], at: T0 }),
          accepts('a').then((one) => expect(one.behind).toBeDefined()),
        ]);
        if (left.size > 1) left.delete(late.run);
        const next = await goOn(...left.values());
        expect(next).toHaveLength(1);
        active = left.get(next[0]!)!;
        left.delete(active.run);
      }
    });
  });
}

const linesOf = (store: Store): HoldLines => ({
  accept: async (requests) => {
    let behind: ReadonlyMap<string, string> = new Map();
    const runs = requests.map((hold) => ({
      ...newRun({ id: hold.run, pipeline: hold.pipeline }),
      wakeAt: undefined,
      hold,
    }));
    await store.writer.create(runs, (created) => {
      behind = created.behind;
      return commitOf();
    });
    return behind;
  },
  keep: (holds: HoldChanges) => store.writer.commit(commitOf({ holds })),
  told: () => store.holds.toTell({ at: T0 + 1, until: T0 + 1, limit: 10_000 }),
});
