import { type Fact, randomId } from '@millrace/contracts';
import type { Store } from './open.js';
import { StaleOwner } from './errors.js';
import { signalsSuite } from './signals-suite.js';
import { startsSuite } from './starts-suite.js';
import type { Commit, RunChange, RunSummary } from './store.js';

const newRun = (over: Partial<RunSummary> = {}): RunSummary => ({
  id: randomId('run'),
  pipeline: 'letters',
  plan: 'p1',
  status: 'running',
  acceptedAt: 1_700_000_000_000,
  endedAt: undefined,
  parent: undefined,
  ...over,
});

const accepted = (input: unknown = {}): Fact => ({
  type: 'run.accepted',
  at: 1_700_000_000_000,
  pipeline: 'letters',
  plan: 'p1',
  input,
  source: 'intake/0/0',
});

const completed = (step: string, output: unknown): Fact => ({
  type: 'step.completed',
  step,
  attempt: 1,
  at: 1_700_000_000_500,
  startedAt: 1_700_000_000_400,
  output,
});

const changed = (summary: RunSummary, over: Partial<RunChange> = {}): RunChange => ({
  summary,
  created: false,
  fromSeq: 1,
  facts: [],
  row: false,
  wakeAt: undefined,
  waits: [],
  waited: [],
  ...over,
});

const commitOf = (over: Partial<Commit> & Pick<Commit, 'topic'>): Commit => ({
  partition: 0,
  expected: null,
  next: 1,
  changes: [],
  deadLetters: [],
  redriven: [],
  answer: Buffer.from('[]'),
  ...over,
});

/** What every database under the store has to do. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  describe(`the store on ${name}`, () => {
    let store: Store;
    let topic: string;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store[Symbol.asyncDispose]());
    beforeEach(() => {
      topic = randomId('topic');
    });

    const create = (summary: RunSummary, more: { facts?: readonly Fact[]; wakeAt?: number } = {}) =>
      store.writer.create([{ ...summary, wakeAt: more.wakeAt }], (made) =>
        commitOf({
          topic: randomId('topic'),
          changes: made.has(summary.id) ? [changed(summary, { facts: more.facts ?? [accepted()] })] : [],
        }),
      );

    test('a run is read back with its facts, in order, as they were written', async () => {
      const run = newRun();
      const odd = { text: 'zero \u0000 byte, "quotes", \\ and \ud800 half a pair', n: [1, null, { deep: true }] };
      await create(run, { facts: [accepted(odd)] });
      await store.writer.commit(
        commitOf({ topic, changes: [changed(run, { fromSeq: 2, facts: [completed('a', 1), completed('b', odd)] })] }),
      );
      const facts = [accepted(odd), completed('a', 1), completed('b', odd)];
      expect(await store.reader.run(run.id)).toEqual({ ...run, facts });
      expect((await store.writer.load([run.id])).get(run.id)).toEqual(facts);
    });

    test('a run that exists is not made a second time', async () => {
      const run = newRun();
      await create(run);
      await create({ ...run, pipeline: 'another' }, { facts: [accepted('another')] });
      const found = await store.reader.run(run.id);
      expect(found).toMatchObject({ pipeline: 'letters', facts: [accepted()] });
    });

    test('of two coordinators that make the same run at once, one does', async () => {
      const run = newRun();
      await Promise.all([create(run), create(run), create(run)]);
      expect((await store.reader.run(run.id))?.facts).toHaveLength(1);
    });

    test('a stale owner changes nothing', async () => {
      const run = newRun();
      await create(run);
      await store.writer.commit(commitOf({ topic, expected: null, next: 5, answer: Buffer.from([5, 0, 255]) }));
      const late = commitOf({
        topic,
        expected: 3,
        next: 6,
        changes: [changed({ ...run, status: 'completed' }, { row: true, fromSeq: 2, facts: [completed('a', 1)] })],
      });
      await expect(store.writer.commit(late)).rejects.toThrow(StaleOwner);
      await expect(store.writer.commit({ ...late, expected: null })).rejects.toThrow(StaleOwner);
      expect(await store.reader.run(run.id)).toMatchObject({ status: 'running', facts: [accepted()] });
      const { next, answer } = (await store.writer.position(topic, 0))!;
      expect({ next, answer: [...answer] }).toEqual({ next: 5, answer: [5, 0, 255] });
    });

    test('a commit in which one part fails leaves no other part behind', async () => {
      const run = newRun();
      await create(run);
      const twice = changed(run, { fromSeq: 1, facts: [completed('a', 1)] }); // The run has a first fact.
      await expect(store.writer.commit(commitOf({ topic, changes: [twice] }))).rejects.toThrow();
      expect(await store.writer.position(topic, 0)).toBeUndefined();
    });

    test('live views get the facts past the one they saw last', async () => {
      const run = newRun();
      await create(run);
      await store.writer.commit(
        commitOf({
          topic,
          changes: [changed(run, { fromSeq: 2, facts: [completed('a', 1), completed('b', 2), completed('c', 3)] })],
        }),
      );
      const after = async (seq: number) => (await store.reader.factsAfter(new Map([[run.id, seq]]))).get(run.id);
      expect(await after(0)).toHaveLength(4);
      expect(await after(2)).toEqual([completed('b', 2), completed('c', 3)]);
      expect(await after(4)).toBeUndefined();
    });

    test('a timer that is due is given out once, and again if nothing came of it', async () => {
      const early = newRun();
      const late = newRun();
      await create(early, { wakeAt: 1_000 });
      await create(late, { wakeAt: 9_000 });
      const due = (at: number) => store.writer.takeDue({ at, until: at + 5_000, limit: 10 });
      expect(await due(2_000)).toEqual([early.id]);
      expect(await due(2_000)).toEqual([]);
      expect([...(await due(9_500))].sort()).toEqual([early.id, late.id].sort());
      await store.writer.commit(
        commitOf({
          topic,
          changes: [early, late].map((run) => changed({ ...run, status: 'completed' }, { row: true })),
        }),
      );
      expect(await due(99_000)).toEqual([]);
    });

    test('lists page from the newest to the oldest without gaps or repeats', async () => {
      const pipeline = randomId('pipeline');
      const runs = Array.from({ length: 7 }, (_, i) => newRun({ pipeline, acceptedAt: 1_700_000_000_000 + (i >> 1) }));
      for (const run of runs) await create(run);
      const seen: RunSummary[] = [];
      let before: string | undefined;
      do {
        const page = await store.reader.runs({ pipeline, limit: 3, ...(before && { before }) });
        seen.push(...page.items);
        before = page.next;
      } while (before);
      expect(seen.map((run) => run.id).sort()).toEqual(runs.map((run) => run.id).sort());
      expect(seen.map((run) => run.acceptedAt)).toEqual(seen.map((run) => run.acceptedAt).sort((a, b) => b - a));
      await expect(store.reader.runs({ limit: 3, before: 'nonsense' })).rejects.toThrow(RangeError);
    });

    test('runs that are degraded are listed alone, from when they are', async () => {
      const pipeline = randomId('pipeline');
      const [plain, degraded, later] = [newRun({ pipeline }), newRun({ pipeline }), newRun({ pipeline })];
      await create(plain);
      await create({ ...degraded, degraded: true });
      await create(later);
      const listed = async (is: boolean) =>
        (await store.reader.runs({ pipeline, degraded: is, limit: 5 })).items.map(({ id }) => id).sort();
      expect(await listed(true)).toEqual([degraded.id]);
      const change = changed({ ...later, degraded: true }, { row: true });
      const child = newRun({ pipeline, parent: later.id, degraded: true });
      const made = changed(child, { created: true, facts: [] });
      await store.writer.commit(commitOf({ topic, changes: [change, made] }));
      expect(await listed(true)).toEqual([degraded.id, later.id].sort());
      expect(await listed(false)).toEqual([plain.id]);
      expect((await store.reader.run(later.id))?.degraded).toBe(true);
      expect((await store.reader.run(child.id))?.degraded).toBe(true);
    });

    test('a wait is listed from when it began until it ended', async () => {
      const run = newRun({ pipeline: randomId('pipeline') });
      await create(run);
      const wait = {
        run: run.id,
        step: 'approve',
        kind: 'review',
        pipeline: run.pipeline,
        since: 5_000,
        due: 9_000,
        show: { a: '\u0000' },
      } as const;
      await store.writer.commit(commitOf({ topic, next: 1, changes: [changed(run, { row: true, waits: [wait] })] }));
      const listed = async () => (await store.reader.reviews({ pipeline: run.pipeline, limit: 5 })).items;
      expect(await listed()).toEqual([wait]);
      await store.writer.commit(
        commitOf({ topic, expected: 1, next: 2, changes: [changed(run, { waited: ['approve'] })] }),
      );
      expect(await listed()).toEqual([]);
    });

    test('a review is found by whom it is for and by who has claimed it', async () => {
      const run = newRun({ pipeline: randomId('pipeline') });
      await create(run);
      const wait = {
        run: run.id,
        step: 'a',
        kind: 'review',
        pipeline: run.pipeline,
        since: 5_000,
        due: undefined,
      } as const;
      const held = { assignee: 'ann' };
      await store.writer.commit(
        commitOf({ topic, next: 1, changes: [changed(run, { waits: [{ ...wait, show: null, held }] })] }),
      );
      const found = async (filter: object) =>
        (await store.reader.reviews({ pipeline: run.pipeline, limit: 5, ...filter })).items.map((one) => one.held);
      expect([await found({ assignee: 'ann' }), await found({ assignee: 'bob' })]).toEqual([[held], []]);
      const now = { step: 'a', group: 'board', claimedBy: 'bob', due: 9_000 };
      await store.writer.commit(commitOf({ topic, expected: 1, next: 2, changes: [changed(run, { held: [now] })] }));
      expect(await found({ group: 'board', claimedBy: 'bob' })).toEqual([{ group: 'board', claimedBy: 'bob' }]);
      expect([await found({ assignee: 'ann' }), await found({ claimedBy: 'ann' })]).toEqual([[], []]);
      const { items } = await store.reader.reviews({ pipeline: run.pipeline, limit: 5 });
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
      await store.writer.commit(commitOf({ topic, next: 1, deadLetters: [letter, letter] }));
      expect(await store.reader.deadLetter(letter.id)).toEqual(letter);
      await store.writer.commit(commitOf({ topic, expected: 1, next: 2, redriven: [letter.id] }));
      const { items } = await store.reader.deadLetters({ pipeline: letter.pipeline, status: 'redriven', limit: 5 });
      expect(items).toEqual([{ ...letter, status: 'redriven' }]);
    });

    startsSuite(() => store);
    signalsSuite(() => store);

    describe('what is deployed', () => {
      const deploy = (pipeline: string, plan: string, id: string = randomId('dep')) =>
        store.deployments.apply({ id, at: 1_000, pipeline, stages: ['read'] }, ({ route, versions }) => ({
          outcome: { status: 'applied', pipeline, version: versions.length + 1, plan, unchanged: false },
          route: { current: plan, before: route?.current, canary: { plan, share: 0.25 } },
          version: {
            version: versions.length + 1,
            plan,
            deployedAt: 1_000 * (versions.length + 1),
            by: 'ann',
            reason: undefined,
            content: { hash: plan },
          },
          contracts: new Map([['read', { input: { const: plan }, output: {} }]]),
        }));

      test('is what was decided, and older plans stay readable', async () => {
        const pipeline = randomId('pipeline');
        await deploy(pipeline, `${pipeline}a`);
        await deploy(pipeline, `${pipeline}b`);
        const now = await store.reader.deployed.read({ pipeline, stages: ['read', 'none'] });
        expect(now.route).toEqual({
          current: `${pipeline}b`,
          before: `${pipeline}a`,
          canary: { plan: `${pipeline}b`, share: 0.25 },
        });
        expect(now.versions).toMatchObject([
          { version: 1, plan: `${pipeline}a`, deployedAt: 1_000, by: 'ann', reason: undefined },
          { version: 2, plan: `${pipeline}b` },
        ]);
        expect([...now.contracts]).toEqual([['read', { input: { const: `${pipeline}b` }, output: {} }]]);
        expect(await store.reader.plan(`${pipeline}a`)).toEqual({ hash: `${pipeline}a` });
        expect(await store.reader.plan('none')).toBeUndefined();
        const listed = (await store.reader.pipelines()).find(({ name }) => name === pipeline);
        expect(listed).toEqual({ name: pipeline, plan: `${pipeline}b`, deployedAt: 2_000 });
        expect((await store.reader.deployed.routes(pipeline)).get(pipeline)).toEqual(now.route);
      });

      test('is changed once by one request, however often and by however many it is applied', async () => {
        const pipeline = randomId('pipeline');
        const id = randomId('dep');
        const all = await Promise.all([1, 2, 3].map(() => deploy(pipeline, pipeline, id)));
        expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
        expect((await store.reader.deployed.read({ pipeline, stages: [] })).versions).toHaveLength(1);
        expect(await store.reader.deployed.outcome(id)).toEqual(all[0]);
        expect(await store.reader.deployed.outcome('none')).toBeUndefined();
      });

      test('tells which plans runs that have not ended still follow', async () => {
        const pipeline = randomId('pipeline');
        const [first, second, over] = [
          newRun({ pipeline, plan: `${pipeline}1` }),
          newRun({ pipeline }),
          newRun({ pipeline }),
        ];
        for (const run of [first, second]) await create(run!);
        await create({ ...over!, status: 'cancelled', endedAt: 9_000 });
        expect(await store.reader.deployed.livePlans(pipeline)).toEqual(
          [
            { plan: first!.plan, runs: 1 },
            { plan: second!.plan, runs: 1 },
          ].sort((a, b) => (a.plan < b.plan ? -1 : 1)),
        );
        const live = await store.reader.deployed.liveRuns({ plans: [`${pipeline}1`], after: '', limit: 5 });
        expect(live).toEqual([first!.id]);
      });

      test('knows which plans ask a stage, also as a fallback and in plans within them', async () => {
        const pipeline = randomId('pipeline');
        const plan = (steps: object) =>
          store.deployments.apply({ id: randomId('dep'), at: 1, pipeline, stages: [] }, ({ versions }) => ({
            outcome: { status: 'applied', pipeline, version: versions.length + 1, plan: '', unchanged: false },
            version: {
              version: versions.length + 1,
              plan: pipeline + versions.length,
              deployedAt: 1,
              by: undefined,
              reason: undefined,
              content: { steps },
            },
          }));
        await plan({ a: { stage: pipeline } });
        await plan({ a: { stage: 'other', fallback: { stage: pipeline } } });
        await plan({ a: { stage: 'other', fallback: [{ stage: 'another' }, { stage: pipeline }] } });
        await plan({ a: { work: { plan: { steps: { b: { stage: pipeline } } } }, text: '\u0000' } });
        await plan({ a: { stage: 'other', input: { text: pipeline } } });
        const expected = [0, 1, 2, 3].map((n) => pipeline + n);
        expect([...(await store.reader.deployed.plansOf(pipeline))].sort()).toEqual(expected);
      });
    });
  });
}
