import { randomId } from '@millrace/contracts';
import type { Store } from './open.js';
import { changed, commitOf, createRun, newRun } from './runs.fixture.js';
import type { RunSummary } from './store.js';

/** What a store has to do for people who look: lists of runs, of what waits for them, and of dead letters. */
export function listsSuite(store: () => Store): void {
  let topic: string;
  beforeEach(() => {
    topic = randomId('topic');
  });

  test('lists page from the newest to the oldest without gaps or repeats', async () => {
    const pipeline = randomId('pipeline');
    const runs = Array.from({ length: 7 }, (_, i) => newRun({ pipeline, acceptedAt: 1_700_000_000_000 + (i >> 1) }));
    for (const run of runs) await createRun(store(), run);
    const seen: RunSummary[] = [];
    let before: string | undefined;
    do {
      const page = await store().reader.runs({ pipeline, limit: 3, ...(before && { before }) });
      seen.push(...page.items);
      before = page.next;
    } while (before);
    expect(seen.map((run) => run.id).sort()).toEqual(runs.map((run) => run.id).sort());
    expect(seen.map((run) => run.acceptedAt)).toEqual(seen.map((run) => run.acceptedAt).sort((a, b) => b - a));
    await expect(store().reader.runs({ limit: 3, before: 'nonsense' })).rejects.toThrow(RangeError);
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

  test('a wait is listed from when it began until it ended', async () => {
    const run = newRun({ pipeline: randomId('pipeline') });
    await createRun(store(), run);
    const wait = {
      run: run.id,
      step: 'approve',
      kind: 'review',
      pipeline: run.pipeline,
      since: 5_000,
      due: 9_000,
      show: { a: '\u0000' },
    } as const;
    await store().writer.commit(commitOf({ topic, next: 1, changes: [changed(run, { row: true, waits: [wait] })] }));
    const listed = async () => (await store().reader.reviews({ pipeline: run.pipeline, limit: 5 })).items;
    expect(await listed()).toEqual([wait]);
    await store().writer.commit(
      commitOf({ topic, expected: 1, next: 2, changes: [changed(run, { waited: ['approve'] })] }),
    );
    expect(await listed()).toEqual([]);
  });

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
    const letter = {
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
    } as const;
    await store().writer.commit(commitOf({ topic, next: 1, deadLetters: [letter, letter] }));
    expect(await store().reader.deadLetter(letter.id)).toEqual(letter);
    await store().writer.commit(commitOf({ topic, expected: 1, next: 2, redriven: [letter.id] }));
    const { items } = await store().reader.deadLetters({ pipeline: letter.pipeline, status: 'redriven', limit: 5 });
    expect(items).toEqual([{ ...letter, status: 'redriven' }]);
  });

  test('a dead letter is closed when its run has ended without it, but for one that was redriven', async () => {
    const pipeline = randomId('pipeline');
    const failure = { code: 'STAGE_THREW', kind: 'transient', message: 'it broke' } as const;
    const of = {
      status: 'open',
      at: 7_000,
      failure,
      run: randomId('run'),
      pipeline,
      step: 'draft',
      stage: 'draft',
    } as const;
    const letters = [randomId('dl'), randomId('dl')].map((id) => ({
      ...of,
      id,
      attempts: 3,
      input: null,
      record: undefined,
    }));
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
