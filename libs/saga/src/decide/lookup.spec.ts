import { type AnnouncedContract, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import {
  acceptReplay,
  accept,
  cacheChangesOf,
  decide,
  type Decision,
  evolve,
  type Run,
  stepOf,
  wakeAtOf,
} from '../index.js';

const stage = { kind: 'stage', stage: 'embed', retry: { maxAttempts: 2 }, timeoutMs: 1_000, predecessors: [] };
const planOf = (steps: object, more: object = {}) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: null, ...more });
const text = { $ref: ['input', 'text'] };
const cached = planOf({ a: { ...stage, input: { text }, cache: { maxAgeMs: 60_000 } } });
const chained = planOf({
  before: { ...stage, stage: 'before', input: {} },
  a: { ...stage, input: { text }, cache: { maxAgeMs: 60_000 }, predecessors: ['before'] },
});

const T0 = 1_000_000;
type Request = Partial<Parameters<typeof accept>[0]>;
const begin = (plan = cached, request: Request = {}, options: Parameters<typeof accept>[2] = {}): Decision => {
  const run = request.run ?? runIdOf('p', 'one');
  return accept(
    { pipeline: 'p', input: { text: 'hello' }, idempotencyKey: '1', at: T0, source: 'i/0/0', ...request, run },
    plan,
    options,
  );
};
const hear = ({ run }: Pick<Decision, 'run'>, event: object, { plan = cached, at = T0 } = {}): Decision =>
  decide(run, { run: run.id, at, ...event } as RunEvent, { plan, at });
const types = ({ facts }: Decision): string[] => facts.map(({ type }) => type);
const keyIn = ({ facts }: Decision): string | undefined =>
  facts.flatMap((fact) => (fact.type === 'step.lookup' ? [fact.key] : []))[0];
const missed = { type: 'step.looked-up', step: 'a', attempt: 1 };
const hit = { ...missed, hit: { output: { v: 1 }, storedAt: 5, executedBy: runIdOf('p', 'other') } };
const done = { type: 'step.completed', step: 'a', attempt: 1, startedAt: T0, output: { v: 2 } };
const failed = (kind: 'transient' | 'permanent') => ({
  type: 'step.failed',
  step: 'a',
  attempt: 1,
  startedAt: T0,
  failure: { code: 'BUSY', kind, message: 'no' },
});
const changes = (before: Decision | undefined, after: Decision, plan = cached) =>
  cacheChangesOf([{ before: before?.run, run: after.run, facts: after.facts, plan }], T0);

describe('a step that is cached', () => {
  test('asks no stage before the cache has answered', () => {
    const begun = begin();
    expect([types(begun), begun.requests]).toEqual([['run.accepted', 'step.lookup'], []]);
    expect(begun.run.status).toBe('running');
    expect(wakeAtOf(begun.run, cached)).toBeUndefined();
  });

  test('has the output that the cache has, and the run goes on with it', () => {
    const found = hear(begin(), hit);
    expect(types(found)).toEqual(['step.cached', 'run.completed']);
    expect(found.run.scope['a']).toEqual({ v: 1 });
  });

  test('is executed where the cache has nothing, under the number of its lookup', () => {
    const asked = hear(begin(), missed);
    expect(asked.requests).toMatchObject([{ step: 'a', attempt: 1, ownAttempt: 1, input: { text: 'hello' } }]);
    expect(types(hear(asked, done))).toEqual(['step.completed', 'run.completed']);
  });

  test('is not handed on by the stage before it, which cannot know', () => {
    expect(chained.isHandedOff('a')).toBe(false);
    const first = begin(chained);
    const next = hear(first, { ...done, step: 'before' }, { plan: chained });
    expect(types(next)).toEqual(['step.completed', 'step.lookup']);
    expect(hear(next, missed, { plan: chained }).requests).toHaveLength(1);
  });

  test('hears an answer once; a late, a repeated one, and a result that nobody can have given change nothing', () => {
    const begun = begin();
    expect(hear(begun, done).facts).toEqual([]);
    const asked = hear(begun, missed);
    for (const event of [missed, hit]) expect(hear(asked, event).facts).toEqual([]);
    const again = hear(hear(asked, failed('transient')), { type: 'run.woken' }, { at: T0 + 60_000 });
    expect(types(again)).toEqual(['step.lookup']);
    expect(hear(again, hit).facts).toEqual([]);
  });

  test('that has failed is looked up again before it is tried again', () => {
    const retrying = hear(hear(begin(), missed), failed('transient'));
    const again = hear(retrying, { type: 'run.woken' }, { at: T0 + 60_000 });
    expect([types(again), again.requests]).toEqual([['step.lookup'], []]);
    expect(types(hear(again, { ...hit, attempt: 2 }))).toEqual(['step.cached', 'run.completed']);
    expect(hear(again, { ...missed, attempt: 2 }).requests).toMatchObject([{ attempt: 2, ownAttempt: 2 }]);
  });

  test('that is redriven is executed, whatever the cache has', () => {
    const parked = hear(hear(begin(), missed), failed('permanent'));
    const { deadLetter } = stepOf(parked.run, 'a');
    const redriven = hear(parked, { type: 'step.redriven', step: 'a', deadLetter });
    expect(redriven.facts).toMatchObject([
      { type: 'step.redriven' },
      { type: 'step.lookup', refresh: true, attempt: 2 },
    ]);
    expect(changes(parked, redriven)?.lookups).toMatchObject([{ freshFrom: undefined }]);
  });

  test('of a replay is executed, whatever the cache has, and so is one of its child runs', () => {
    const child = {
      kind: 'run',
      plan: cached.plan,
      input: { $ref: ['input'] },
      retry: { maxAttempts: 1 },
      predecessors: [],
    };
    const plan = planOf({ c: child, a: cached.plan.steps['a']! });
    const [run, of] = [runIdOf('p', 'replay'), runIdOf('p', 'one')];
    const event = { type: 'run.replay-requested', run, of, from: 'a', at: T0, plan: plan.hash } as const;
    const replay = acceptReplay({ ...event, input: { text: 'x' }, outputs: {}, skipped: [] }, { plan, at: T0 });
    expect(replay.facts).toContainEqual(expect.objectContaining({ type: 'step.lookup', step: 'a', refresh: true }));
    expect(replay.events).toMatchObject([{ type: 'run.requested', refresh: true }]);
  });

  test('waits no longer than its deadline', () => {
    const plan = planOf({ a: { ...stage, input: {}, cache: { maxAgeMs: 60_000 }, deadlineMs: 5_000 } });
    const begun = begin(plan);
    expect(wakeAtOf(begun.run, plan)).toBe(T0 + 5_000);
    const late = hear(begun, { type: 'run.woken' }, { plan, at: T0 + 5_000 });
    expect(late.facts).toMatchObject([{ type: 'step.dead-lettered', failure: { code: 'STEP_DEADLINE_PASSED' } }]);
    expect(changes(begun, late, plan)?.ended).toHaveLength(1);
  });

  test('of a run that is paused asks no stage, and is looked up again when the run goes on', () => {
    const paused = hear(begin(), { type: 'run.pause-requested' });
    const dropped = hear(paused, missed);
    expect([types(dropped), dropped.requests]).toEqual([['step.lookup-dropped'], []]);
    expect(changes(paused, dropped)?.ended).toHaveLength(1);
    const resumed = hear(dropped, { type: 'run.resume-requested' });
    expect(types(resumed)).toEqual(['run.resumed', 'step.lookup']);
  });

  test('of a run that is paused takes what the cache has, and goes on when the run does', () => {
    const paused = hear(hear(begin(), { type: 'run.pause-requested' }), hit);
    expect(types(paused)).toEqual(['step.cached']);
    expect(types(hear(paused, { type: 'run.resume-requested' }))).toEqual(['run.resumed', 'run.completed']);
  });

  test('that is an item of a map is looked up by itself', () => {
    const work = {
      kind: 'stage',
      stage: 'embed',
      input: { $ref: ['item'] },
      retry: {},
      timeoutMs: 1_000,
      cache: { maxAgeMs: 9 },
    };
    const map = {
      kind: 'map',
      over: { $ref: ['input', 'list'] },
      as: 'item',
      work,
      concurrency: 2,
      onItemFailure: 'park',
      predecessors: [],
    };
    const plan = planOf({ m: map });
    const begun = begin(plan, { input: { list: ['x', 'y', 'x'] } });
    const keys = begun.facts.flatMap((fact) => (fact.type === 'step.lookup' ? [[fact.step, fact.key]] : []));
    expect(keys.map(([step]) => step)).toEqual(['m[0]', 'm[1]']);
    const first = hear(begun, { ...hit, step: 'm[0]' }, { plan });
    expect(types(first)).toEqual(['step.cached', 'step.lookup']);
    expect(keyIn(first)).toBe(keys[0]![1]);
    const second = hear(first, { ...hit, step: 'm[1]' }, { plan });
    const third = hear(second, { ...hit, step: 'm[2]' }, { plan });
    expect(types(third)).toEqual(['step.cached', 'step.gathered', 'run.completed']);
    expect(third.run.scope['m']).toEqual([{ v: 1 }, { v: 1 }, { v: 1 }]);
  });

  test('whose stage says that it has effects outside is executed', () => {
    const contracts = { get: (): AnnouncedContract => ({ input: {}, output: {}, effects: true }) };
    expect(begin(cached, {}, { contracts }).requests).toHaveLength(1);
  });
});

describe('the key of an output', () => {
  const key = (
    request: Request = {},
    options: { plan?: typeof cached; contract?: Partial<AnnouncedContract> } = {},
  ) => {
    const contracts = { get: (): AnnouncedContract => ({ input: {}, output: {}, ...options.contract }) };
    return keyIn(begin(options.plan ?? cached, request, { contracts }));
  };
  const same = key();

  test('is the same for an equal input, whatever the order of its fields, the run and the pipeline', () => {
    expect(same).toBeDefined();
    expect(key({ run: runIdOf('p', 'two') })).toBe(same);
    const other = planOf({ b: { ...stage, input: { text }, cache: { maxAgeMs: 5 } } }, { pipeline: 'other' });
    expect(key({}, { plan: other })).toBe(same);
    const two = planOf({ a: { ...stage, input: { $ref: ['input'] }, cache: { maxAgeMs: 5 } } });
    expect(key({ input: { a: 1, b: 2 } }, { plan: two })).toBe(key({ input: { b: 2, a: 1 } }, { plan: two }));
  });

  test.each([
    ['another input', { input: { text: 'other' } }, {}],
    ['a tenant', { tenant: 'acme' }, {}],
    ['another contract', {}, { contract: { output: { type: 'object' } } }],
    ['another version of the stage', {}, { contract: { version: '2' } }],
    [
      'another stage',
      {},
      { plan: planOf({ a: { ...stage, stage: 'other', input: { text }, cache: { maxAgeMs: 60_000 } } }) },
    ],
  ])('is another one for %s', (_, request, options) => {
    expect(key(request, options)).not.toBe(same);
  });

  test('is another one for each tenant', () => {
    expect(key({ tenant: 'a' })).not.toBe(key({ tenant: 'b' }));
  });

  test('follows from an expression alone, where the plan has one', () => {
    const plan = planOf({
      a: { ...stage, input: { $ref: ['input'] }, cache: { maxAgeMs: 9, key: { $ref: ['input', 'id'] } } },
    });
    expect(key({ input: { id: 1, at: 1 } }, { plan })).toBe(key({ input: { id: 1, at: 2 } }, { plan }));
    expect(key({ input: { id: 1 } }, { plan })).not.toBe(key({ input: { id: 2 } }, { plan }));
  });

  test('of an input that a person has edited is not that of the input before', () => {
    const plan = planOf({ a: { ...stage, input: { text }, cache: { maxAgeMs: 9, key: 'all' } } });
    const parked = hear(hear(begin(plan), missed, { plan }), failed('permanent'), { plan });
    const { deadLetter } = stepOf(parked.run, 'a');
    const edited = hear(parked, { type: 'step.redriven', step: 'a', deadLetter, input: { text: 'edited' } }, { plan });
    expect(keyIn(edited)).not.toBe(keyIn(begin(plan)));
  });
});

describe('the cache', () => {
  const after = (...events: object[]): { before: Decision; last: Decision } => {
    const all = events.reduce<Decision[]>((sofar, event) => [...sofar, hear(sofar.at(-1)!, event)], [begin()]);
    return { before: all.at(-2)!, last: all.at(-1)! };
  };

  test('is given what its own stage gave', () => {
    const { before, last } = after(missed, done);
    const found = changes(before, last);
    expect(found?.outputs).toMatchObject([{ step: 'a', output: { v: 2 }, expiresAt: T0 + 60_000 }]);
    expect(found?.ended).toHaveLength(1);
  });

  test.each([
    ['fails', failed('transient')],
    ['fails for good', failed('permanent')],
    ['gives what a fallback of its own gave', { ...done, insteadOf: { code: 'BUSY', message: 'no' } }],
    ['is cancelled with its run', { type: 'run.cancel-requested' }],
  ])('is given nothing, and lets the next one execute it, where a step %s', (_, event) => {
    const { before, last } = after(missed, event);
    const found = changes(before, last);
    expect([found?.outputs, found?.ended]).toMatchObject([[], [{ step: 'a' }]]);
  });

  test('is given nothing of a fallback', () => {
    const fallback = { stage: 'small', input: {}, retry: { maxAttempts: 1 }, timeoutMs: 1_000 };
    const plan = planOf({ a: { ...stage, retry: { maxAttempts: 1 }, input: {}, cache: { maxAgeMs: 9 }, fallback } });
    const asked = hear(hear(begin(plan), missed, { plan }), failed('transient'), { plan });
    expect(asked.requests).toMatchObject([{ stage: 'small', attempt: 2 }]);
    const completed = hear(asked, { ...done, attempt: 2 }, { plan });
    expect(changes(asked, completed, plan)).toBeUndefined();
  });

  test('lets nobody else execute what waits for a model, and is given what it gives in the end', () => {
    const deferred = { type: 'step.deferred', step: 'a', attempt: 1, startedAt: T0, waitMs: 120_000 };
    const { before, last } = after(missed, deferred);
    expect(changes(before, last)).toMatchObject({ ended: [], lookups: [], executing: [{ until: T0 + 180_000 }] });
    const again = hear(last, { type: 'run.woken' }, { at: T0 + 120_000 });
    expect(again.requests).toMatchObject([{ attempt: 2, ownAttempt: 1 }]);
    expect(changes(last, again)).toMatchObject({ ended: [], lookups: [], executing: [{ step: 'a' }] });
    const completed = hear(again, { ...done, attempt: 2 });
    expect(changes(again, completed)).toMatchObject({ ended: [{ step: 'a' }], outputs: [{ output: { v: 2 } }] });
  });

  test('knows until when a step is executed at most', () => {
    const { before, last } = after(missed);
    expect(changes(before, last)?.executing).toMatchObject([{ step: 'a' }]);
    expect(changes(before, last)!.executing[0]!.until).toBeGreaterThan(T0 + 601_000);
  });

  test('hears nothing of plans without it', () => {
    const plan = planOf({ a: { ...stage, input: {} } });
    const begun = begin(plan);
    expect(plan.caches).toBe(false);
    expect(changes(undefined, begun, plan)).toBeUndefined();
  });

  test('follows from facts alone: a run that is loaded again is looked up under the same key', () => {
    const begun = begin();
    const again: Run = evolve(undefined, begun.run.id, JSON.parse(JSON.stringify(begun.facts)) as Decision['facts']);
    expect(stepOf(again, 'a').lookup).toEqual(stepOf(begun.run, 'a').lookup);
  });
});
