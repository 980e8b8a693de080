import { randomId } from '@millrace/contracts';
import { InvalidCursor } from '../errors.js';
import type { Store } from '../open.js';
import { changed, commitOf, createRun, newRun } from './runs.fixture.js';
import type { DeadLetter } from '../commit.js';
import type { PageRequest, Paged } from '../page.js';

const openLetter = (over: Partial<DeadLetter>): DeadLetter => ({
  id: randomId('dl'),
  status: 'open',
  at: 7_000,
  failure: { code: 'STAGE_THREW', kind: 'transient', message: 'it broke' },
  run: randomId('run'),
  pipeline: randomId('pipeline'),
  step: 'draft',
  stage: 'draft',
  attempts: 3,
  input: { text: 'hello' },
  record: undefined,
  ...over,
});

/** Tests a store's lists: runs, reviews and dead letters. */
export function listsSuite(store: () => Store): void {
  let topic: string;
  beforeEach(() => {
    topic = randomId('topic');
  });

  test('counts say how many rows the lists of a pipeline have, up to a bound', async () => {
    const pipeline = randomId('pipeline');
    for (let i = 0; i < 5; i++) await createRun(store(), newRun({ pipeline }));
    await store().writer.commit(commitOf({ deadLetters: [openLetter({ pipeline }), openLetter({ pipeline })] }));
    const { reader } = store();
    expect(await reader.counts({ pipeline, atMost: 10 })).toMatchObject({
      runs: { running: 5, completed: 0 },
      reviews: 0,
      deadLetters: 2,
    });
    expect((await reader.counts({ pipeline, atMost: 3 })).runs.running).toBe(3);
    expect((await reader.counts({ atMost: 3 })).runs.running).toBe(3);
  });

  test('the mark of changes is another one after each commit, and the same while only lists are read', async () => {
    const { reader } = store();
    const before = await reader.changeMark();
    await reader.counts({ atMost: 3 });
    expect(await reader.changeMark()).toBe(before);
    const run = newRun({ pipeline: randomId('pipeline') });
    await createRun(store(), run);
    const made = await reader.changeMark();
    expect(made).not.toBe(before);
    await store().writer.commit(commitOf({ changes: [changed(run, {})] }));
    expect(await reader.changeMark()).not.toBe(made);
  });

  describe('a list that is read page by page gives every row once, from the newest to the oldest, however many have the same time', () => {
    const ROWS = 7;
    const at = (i: number) => 1_700_000_000_000 + (i >> 2);

    /** A list under test and how rows are added to it; `id` tells rows apart. */
    interface List {
      readonly add: (i: number) => Promise<string>;
      readonly page: (page: PageRequest) => Promise<Paged<{ id: string; at: number }>>;
    }

    const lists: Readonly<Record<string, () => Promise<List>>> = {
      runs: () => Promise.resolve(runList({ pipeline: randomId('pipeline') })),
      'child runs': () => Promise.resolve(runList({ pipeline: randomId('pipeline'), parent: randomId('run') })),
      'reviews of one run': () => reviewList(() => 0),
      'reviews of several runs': () => reviewList((i) => i % 3),
      'dead letters': () => Promise.resolve(letterList()),
    };

    const runList = (options: { pipeline: string; parent?: string }): List => ({
      add: async (i) => {
        const run = newRun({ ...options, acceptedAt: at(i) });
        // A child run is made by the commit of its parent.
        if (options.parent === undefined) await createRun(store(), run);
        else await store().writer.commit(commitOf({ changes: [changed(run, { created: true })] }));
        return run.id;
      },
      page: async (page) =>
        listed(await store().reader.runs({ ...options, ...page }), (run) => [run.id, run.acceptedAt]),
    });

    async function reviewList(runOf: (i: number) => number): Promise<List> {
      const pipeline = randomId('pipeline');
      const runs = [newRun({ pipeline }), newRun({ pipeline }), newRun({ pipeline })];
      for (const run of runs) await createRun(store(), run);
      return {
        add: async (i) => {
          const run = runs[runOf(i)]!;
          const step = randomId('step');
          const wait = {
            run: run.id,
            step,
            kind: 'review',
            pipeline,
            since: at(i),
            due: undefined,
            show: null,
          } as const;
          await store().writer.commit(commitOf({ changes: [changed(run, { waits: [wait] })] }));
          return `${run.id}/${step}`;
        },
        page: async (page) =>
          listed(await store().reader.reviews({ pipeline, ...page }), ({ run, step, since }) => [
            `${run}/${step}`,
            since,
          ]),
      };
    }

    function letterList(): List {
      const pipeline = randomId('pipeline');
      return {
        add: async (i) => {
          const letter = openLetter({ pipeline, at: at(i) });
          await store().writer.commit(commitOf({ deadLetters: [letter] }));
          return letter.id;
        },
        page: async (page) =>
          listed(await store().reader.deadLetters({ pipeline, ...page }), (letter) => [letter.id, letter.at]),
      };
    }

    const listed = <T>({ items, next }: Paged<T>, select: (item: T) => [id: string, at: number]) => ({
      items: items.map(select).map(([id, time]) => ({ id, at: time })),
      next,
    });

    test.each(Object.keys(lists))('%s', async (name) => {
      const list = await lists[name]!();
      const known: string[] = [];
      for (let i = 0; i < ROWS; i++) known.push(await list.add(i));
      for (let limit = 1; limit <= ROWS + 1; limit++) {
        const seen: { id: string; at: number }[] = [];
        let before: string | undefined;
        do {
          const page = await list.page({ limit, ...(before && { before }) });
          seen.push(...page.items);
          before = page.next;
        } while (before);
        expect(seen.map(({ id }) => id).sort()).toEqual([...known].sort());
        expect(seen.map((row) => row.at)).toEqual(seen.map((row) => row.at).sort((a, b) => b - a));
      }
    });

    test.each(Object.keys(lists))('%s, while more are put in', async (name) => {
      const list = await lists[name]!();
      const known: string[] = [];
      for (let i = 0; i < ROWS; i++) known.push(await list.add(i));
      const seen: string[] = [];
      let before: string | undefined;
      for (let i = 0; ; i++) {
        const page = await list.page({ limit: 2, ...(before && { before }) });
        seen.push(...page.items.map(({ id }) => id));
        before = page.next;
        if (!before) break;
        await list.add(i % ROWS);
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(known));
    });

    test.each([
      'nonsense',
      Buffer.from('[1]').toString('base64url'),
      ...[
        '[1,"a","b","c"]',
        '[1e300,"a"]',
        '[1e300,"a","b"]',
        '[-1e17,"a"]',
        '["1","a"]',
        '[1,"a\\u0000"]',
        '[1,"a\\u0000","b"]',
        '[1,"\\ud800"]',
        `[1,"${'x'.repeat(3_000)}"]`,
        '[1,{}]',
        '{}',
        'null',
      ].map((forged) => Buffer.from(forged).toString('base64url')),
    ])('a cursor that none of them gave is refused: %s', async (cursor) => {
      for (const list of Object.values(lists))
        await expect((await list()).page({ limit: 3, before: cursor })).rejects.toThrow(InvalidCursor);
    });
  });

  test('runs that are degraded are listed alone, from when they are', async () => {
    const pipeline = randomId('pipeline');
    const [plain, degraded, later] = [newRun({ pipeline }), newRun({ pipeline }), newRun({ pipeline })];
    await createRun(store(), plain);
    await createRun(store(), { ...degraded, degraded: true });
    await createRun(store(), later);
    const listed = async (is: boolean) =>
      (await store().reader.runs({ pipeline, degraded: is, limit: 5 })).items.map(({ id }) => id).sort();
    expect(await listed(true)).toEqual([degraded.id]);
    const change = changed({ ...later, degraded: true }, { row: true });
    const child = newRun({ pipeline, parent: later.id, degraded: true });
    const made = changed(child, { created: true, facts: [] });
    await store().writer.commit(commitOf({ topic, changes: [change, made] }));
    expect(await listed(true)).toEqual([degraded.id, later.id].sort());
    expect(await listed(false)).toEqual([plain.id]);
    expect((await store().reader.run(later.id))?.degraded).toBe(true);
    expect((await store().reader.run(child.id))?.degraded).toBe(true);
  });

  test.each([{ a: '\u0000' }, 'text', '{"a":1}', '12', null, []])(
    'a wait is listed from when it began until it ended, and shows %j',
    async (show) => {
      const run = newRun({ pipeline: randomId('pipeline') });
      await createRun(store(), run);
      const topic = randomId('topic');
      const wait = {
        run: run.id,
        step: 'approve',
        kind: 'review',
        pipeline: run.pipeline,
        since: 5_000,
        due: 9_000,
        show,
      } as const;
      await store().writer.commit(commitOf({ topic, next: 1, changes: [changed(run, { row: true, waits: [wait] })] }));
      const listed = async () => (await store().reader.reviews({ pipeline: run.pipeline, limit: 5 })).items;
      expect(await listed()).toEqual([wait]);
      await store().writer.commit(
        commitOf({ topic, expected: 1, next: 2, changes: [changed(run, { waited: ['approve'] })] }),
      );
      expect(await listed()).toEqual([]);
    },
  );

  test('a review is found by whom it is for and by who has claimed it', async () => {
    const run = newRun({ pipeline: randomId('pipeline') });
    await createRun(store(), run);
    const wait = {
      run: run.id,
      step: 'a',
      kind: 'review',
      pipeline: run.pipeline,
      since: 5_000,
      due: undefined,
    } as const;
    const held = { assignee: 'ann' };
    await store().writer.commit(
      commitOf({ topic, next: 1, changes: [changed(run, { waits: [{ ...wait, show: null, held }] })] }),
    );
    const found = async (filter: object) =>
      (await store().reader.reviews({ pipeline: run.pipeline, limit: 5, ...filter })).items.map((one) => one.held);
    expect([await found({ assignee: 'ann' }), await found({ assignee: 'bob' })]).toEqual([[held], []]);
    const now = { step: 'a', group: 'board', claimedBy: 'bob', due: 9_000 };
    await store().writer.commit(commitOf({ topic, expected: 1, next: 2, changes: [changed(run, { held: [now] })] }));
    expect(await found({ group: 'board', claimedBy: 'bob' })).toEqual([{ group: 'board', claimedBy: 'bob' }]);
    expect([await found({ assignee: 'ann' }), await found({ claimedBy: 'ann' })]).toEqual([[], []]);
    const { items } = await store().reader.reviews({ pipeline: run.pipeline, limit: 5 });
    expect(items.map(({ due }) => due)).toEqual([9_000]);
  });

  test('a dead letter is kept once and knows when it was redriven', async () => {
    const letter = openLetter({ pipeline: randomId('pipeline'), at: 7_000 });
    await store().writer.commit(commitOf({ topic, next: 1, deadLetters: [letter, letter] }));
    const { record: _, ...parked } = letter;
    expect(await store().reader.deadLetter(letter.id)).toMatchObject(parked);
    await store().writer.commit(commitOf({ topic, expected: 1, next: 2, redriven: [letter.id] }));
    const { items } = await store().reader.deadLetters({ pipeline: letter.pipeline, status: 'redriven', limit: 5 });
    expect(items).toMatchObject([{ ...parked, status: 'redriven' }]);
  });

  test('a dead letter is closed when its run has ended without it, but for one that was redriven', async () => {
    const pipeline = randomId('pipeline');
    const run = randomId('run');
    const letters = [openLetter({ pipeline, run }), openLetter({ pipeline, run })];
    const [first, second] = letters.map(({ id }) => id) as [string, string];
    await store().writer.commit(commitOf({ topic, next: 1, deadLetters: letters, redriven: [first] }));
    await store().writer.commit(commitOf({ topic, expected: 1, next: 2, closed: [first, second] }));
    const { items } = await store().reader.deadLetters({ pipeline, limit: 5 });
    expect(new Map(items.map(({ id, status }) => [id, status]))).toEqual(
      new Map([
        [first, 'redriven'],
        [second, 'closed'],
      ]),
    );
  });
}
