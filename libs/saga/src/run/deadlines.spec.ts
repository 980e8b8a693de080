import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, acceptChild, type Decision, decide, evolve, type Run, stepOf, wakeAtOf } from '../index.js';

const id = runIdOf('p', '1');
const T0 = 1_000_000;
const retry = { maxAttempts: 9, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const stage = (more: object = {}) => ({
  kind: 'stage',
  stage: 'work',
  input: 'x',
  retry,
  timeoutMs: 2_000,
  startTimeoutMs: 1_000,
  predecessors: [],
  ...more,
});
const once = { ...retry, maxAttempts: 1 };
const inner = { format: 1, pipeline: 'inner', inputSchema: {}, steps: { w: stage() }, output: null };
const child = { kind: 'run', plan: inner, input: {}, retry: once, predecessors: [] };
const planOf = (steps: object, more: object = {}) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: null, ...more });

/** A run with the clock where the test puts it. */
class Case {
  at = T0;
  last: Decision;
  readonly facts;
  constructor(
    readonly plan: ReturnType<typeof planOf>,
    more: object = {},
  ) {
    this.last = accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: T0, source: 'i', ...more }, plan);
    this.facts = [...this.last.facts];
  }
  get run(): Run {
    return this.last.run;
  }
  on(event: RunEvent): Decision {
    this.last = decide(this.run, event, { plan: this.plan, at: this.at });
    this.facts.push(...this.last.facts);
    return this.last;
  }
  failed = (step: string, attempt: number) =>
    this.on({
      type: 'step.failed',
      run: id,
      step,
      attempt,
      at: this.at,
      startedAt: this.at,
      failure: failure('STAGE_THREW', 'it broke'),
    });
  wake(): Decision {
    this.at = wakeAtOf(this.run, this.plan)!;
    return this.on({ type: 'run.woken', run: id, at: this.at });
  }
}
const codes = ({ facts }: Decision) =>
  facts.flatMap((fact) => ('failure' in fact && fact.failure ? [[fact.type, fact.failure.code]] : []));

describe('a step with a deadline', () => {
  test('has failed for good at it, over all its attempts, and may be redriven with the whole time again', () => {
    const one = new Case(planOf({ a: stage({ deadlineMs: 5_000 }) }));
    for (const attempt of [1, 2, 3]) {
      one.at += 500;
      one.failed('a', attempt);
      one.wake();
    }
    expect(one.at).toBe(T0 + 4_500);
    expect(one.last.requests).toMatchObject([{ attempt: 4, timeoutMs: 500, expires: T0 + 5_000 }]);
    expect(codes(one.wake())).toEqual([['step.dead-lettered', 'STEP_DEADLINE_PASSED']]);
    expect([one.at, one.run.status]).toEqual([T0 + 5_000, 'dead-lettered']);
    expect(wakeAtOf(one.run, one.plan)).toBeUndefined();

    one.at = T0 + 60_000;
    const deadLetter = stepOf(one.run, 'a').deadLetter!;
    one.on({ type: 'step.redriven', run: id, step: 'a', at: one.at, deadLetter });
    expect(one.last.requests).toMatchObject([{ attempt: 5, timeoutMs: 2_000 }]);
    expect(evolve(undefined, id, one.facts)).toEqual(one.run);
  });

  test('is not tried again where its failure comes after the deadline and before anybody woke the run', () => {
    const other = { stage: 'other', input: 'x', retry, timeoutMs: 1_000 };
    const one = new Case(planOf({ a: stage({ deadlineMs: 1_000, fallback: other, onFailure: { default: 'none' } }) }));
    one.at = T0 + 1_001;
    const { facts, requests } = one.failed('a', 1);
    expect([facts.map(({ type }) => type), requests]).toEqual([['step.failed', 'step.defaulted', 'run.completed'], []]);
  });

  test('takes its child run along', () => {
    const one = new Case(planOf({ a: { ...child, deadlineMs: 3_000 } }));
    const begun = one.last.events[0]!;
    const { events } = one.wake();
    expect(one.at).toBe(T0 + 3_000);
    expect(events).toMatchObject([{ type: 'run.cancel-requested', run: begun.run }]);
    expect(stepOf(one.run, 'a').failure?.code).toBe('STEP_DEADLINE_PASSED');
  });

  test('that maps takes its items along, and its default is the list', () => {
    const { predecessors: _, ...work } = stage();
    const map = { kind: 'map', over: [1, 2, 3], as: 'item', work, concurrency: 2, onItemFailure: 'park' };
    const one = new Case(planOf({ a: { ...map, predecessors: [], deadlineMs: 2_500, onFailure: { default: [] } } }));
    expect(one.last.requests).toHaveLength(2);
    expect(one.wake().facts[0]).toMatchObject({ type: 'step.defaulted', step: 'a', output: [] });
    expect(one.run.status).toBe('completed');
  });
});

describe('a run with a deadline', () => {
  const plan = planOf(
    { a: child, b: { kind: 'signal', schema: {}, predecessors: [] }, c: stage() },
    { deadlineMs: 2_000 },
  );

  test('has failed at it: its open steps are cancelled, and its child runs end with it', () => {
    const one = new Case(plan);
    const begun = one.last.events[0]!;
    const decision = one.wake();
    expect([one.at, codes(decision)]).toEqual([T0 + 2_000, [['run.failed', 'RUN_DEADLINE_PASSED']]]);
    expect(decision.events).toMatchObject([{ type: 'run.cancel-requested', run: begun.run }]);
    expect([...one.run.steps.values()].map(({ status }) => status)).toEqual(Array(3).fill('cancelled'));
    expect([one.run.status, wakeAtOf(one.run, plan)]).toEqual(['failed', undefined]);
    expect(evolve(undefined, id, one.facts)).toEqual(one.run);
  });

  test('has it from when it begins, where it is held until a time', () => {
    const one = new Case(plan, { startAt: T0 + 60_000 });
    one.wake();
    expect([one.at, one.run.status]).toEqual([T0 + 60_000, 'running']);
    one.wake();
    expect([one.at, one.run.status]).toEqual([T0 + 62_000, 'failed']);
  });

  test('has failed for its parent, too, when it does the work of a step', () => {
    const outer = planOf({ s: { ...child, plan: { ...inner, deadlineMs: 1_500 } } });
    const one = new Case(outer);
    const begin = one.last.events[0] as RunEvent & { type: 'run.requested' };
    const within = outer.child('s');
    const begun = acceptChild(begin, { plan: within, at: T0 });
    const at = wakeAtOf(begun.run, within)!;
    const ended = decide(begun.run, { type: 'run.woken', run: begin.run, at }, { plan: within, at });
    one.at = at;
    one.on(ended.events[0]!);
    expect([at, stepOf(one.run, 's').failure?.code]).toEqual([T0 + 1_500, 'RUN_DEADLINE_PASSED']);
  });
});
