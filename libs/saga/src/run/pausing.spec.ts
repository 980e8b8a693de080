import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, evolve, type Run, type StagePauses, stepOf, wakeAtOf } from '../index.js';

const retry = { maxAttempts: 2, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const work = { kind: 'stage', stage: 'work', input: {}, retry, timeoutMs: 1_000, startTimeoutMs: 10_000 };
const undo = { stage: 'undo', input: {}, retry, timeoutMs: 1_000, startTimeoutMs: 10_000 };
const planOf = (steps: object, more: object = {}) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: null, ...more } as never);
const TWO = planOf({ first: { ...work, predecessors: [] }, last: { ...work, predecessors: ['first'] } });
const id = runIdOf('p', '1');
const broken = failure('STAGE_THREW', 'no');

class Case {
  at = 1_000_000;
  last: Decision;
  readonly facts: Decision['facts'][number][] = [];
  constructor(
    readonly plan = TWO,
    more: object = {},
  ) {
    const request = { run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: this.at, source: 'i/0/0', ...more };
    this.last = accept(request, plan);
    this.facts.push(...this.last.facts);
  }
  get run(): Run {
    return this.last.run;
  }
  get sent(): readonly string[] {
    return this.last.requests.map(({ step, attempt }) => `${step}/${attempt}`);
  }
  on(event: object): this {
    this.last = decide(this.run, { run: id, at: this.at, ...event } as RunEvent, { plan: this.plan, at: this.at });
    this.facts.push(...this.last.facts);
    return this;
  }
  pause = () => this.on({ type: 'run.pause-requested', by: 'ann' });
  resume = () => this.on({ type: 'run.resume-requested', by: 'bob', reason: 'mended' });
  later(ms: number): this {
    this.at += ms;
    return this;
  }
  completed = (step: string, more: object = {}) =>
    this.on({
      type: 'step.completed',
      step,
      attempt: stepOf(this.run, step).attempt,
      startedAt: 1,
      output: step,
      ...more,
    });
  failed = (step: string, cause = broken) =>
    this.on({ type: 'step.failed', step, attempt: stepOf(this.run, step).attempt, startedAt: 1, failure: cause });
  wake = () => this.on({ type: 'run.woken' });
}

describe('a run that is paused', () => {
  test('keeps the result of what was in hand, sends nothing, and goes on with it', () => {
    const run = new Case().pause();
    expect(run.last.facts).toEqual([{ type: 'run.paused', at: run.at, by: 'ann' }]);
    expect(run.completed('first').sent).toEqual([]);
    expect([run.run.status, stepOf(run.run, 'first').status]).toEqual(['paused', 'completed']);
    expect(run.resume().sent).toEqual(['last/2']);
    expect(run.last.facts[0]).toEqual({ type: 'run.resumed', at: run.at, by: 'bob', reason: 'mended' });
    expect(run.run.status).toBe('running');
  });

  test('is paused once, and goes on once', () => {
    const run = new Case().pause();
    expect(run.pause().last.facts).toEqual([]);
    run.completed('first').resume();
    expect(run.resume().last).toMatchObject({ facts: [], requests: [], events: [] });
  });

  test('records what a stage handed on before it heard, and asks for it no second time', () => {
    const run = new Case().pause().completed('first', { next: ['last'] });
    expect(run.resume().sent).toEqual([]);
    expect(run.completed('last').run.status).toBe('completed');
  });

  test('ends when it goes on, where all was done meanwhile', () => {
    const run = new Case().completed('first').pause().completed('last');
    expect(run.run.status).toBe('paused');
    expect(run.resume().run.status).toBe('completed');
  });

  test('decides about a failure when it goes on: tried again then, once, however often it was heard of', () => {
    const run = new Case().pause().failed('first');
    expect([run.sent, wakeAtOf(run.run, run.plan)]).toEqual([[], undefined]);
    expect(run.failed('first').last.facts).toEqual([]);
    run.later(60_000).resume();
    expect(stepOf(run.run, 'first')).toMatchObject({ status: 'retrying', due: run.at + 1_000 });
    expect(run.later(1_000).wake().sent).toEqual(['first/2']);
  });

  test('parks what has failed for good when it goes on, and not before', () => {
    const run = new Case().pause().failed('first', failure('STAGE_INPUT_INVALID', 'no'));
    expect(run.run.status).toBe('paused');
    expect(run.resume().run.status).toBe('dead-lettered');
  });

  test('is redriven, and what is redriven begins when it goes on', () => {
    const run = new Case().failed('first', failure('STAGE_INPUT_INVALID', 'no')).pause();
    const { deadLetter } = stepOf(run.run, 'first');
    expect(run.on({ type: 'step.redriven', step: 'first', deadLetter }).sent).toEqual([]);
    expect(run.resume().sent).toEqual(['first/2']);
  });

  test('takes answers', () => {
    const plan = planOf({
      ask: { kind: 'review', schema: {}, predecessors: [], timeoutMs: 5_000 },
      go: { ...work, predecessors: ['ask'] },
    });
    const run = new Case(plan).pause().later(9_000);
    expect(run.on({ type: 'step.signalled', step: 'ask', id: 's', payload: {}, by: 'ann' }).sent).toEqual([]);
    expect(run.last.facts).toMatchObject([{ type: 'step.answered', by: 'ann' }]);
    expect(run.resume().sent).toEqual(['go/1']);
  });

  test('is cancelled like any other', () => {
    const run = new Case().pause().on({ type: 'run.cancel-requested' });
    expect(run.last.facts.map(({ type }) => type)).toEqual(['run.resumed', 'run.cancelled']);
    expect(run.resume().last.facts).toEqual([]);
  });

  test('undoes what it did when it is cancelled so: it waits for nothing that has failed meanwhile', () => {
    const first = { ...work, predecessors: [], compensate: undo };
    const run = new Case(planOf({ first, last: { ...work, predecessors: ['first'] } })).completed('first');
    run.pause().failed('last');
    expect(run.on({ type: 'run.cancel-requested', compensate: true }).sent).toEqual(['undo:first/1']);
    expect(run.completed('undo:first').run.status).toBe('cancelled');
  });

  test('while it is being undone undoes nothing more until it goes on', () => {
    const first = { ...work, predecessors: [], compensate: undo };
    const run = new Case(planOf({ first, last: { ...work, predecessors: ['first'] } })).completed('first');
    run.on({ type: 'run.cancel-requested', compensate: true }).pause();
    run.failed('last');
    expect([run.run.status, run.sent]).toEqual(['paused', []]);
    expect(run.resume().sent).toEqual(['undo:first/1']);
  });
});

describe('the time of a pause', () => {
  const DAY = 86_400_000;

  test.each([
    ['a sleep', { a: { kind: 'sleep', ms: 3_000, predecessors: [] } }, {}, 3_000, 'completed'],
    ['a review', { a: { kind: 'review', schema: {}, predecessors: [], timeoutMs: 3_000 } }, {}, 3_000, 'dead-lettered'],
    ['a step that has a deadline', { a: { ...work, predecessors: [], deadlineMs: 3_000 } }, {}, 3_000, 'dead-lettered'],
    ['an attempt of which nothing is heard', { a: { ...work, predecessors: [] } }, {}, 11_500, 'running'],
    ['a run that has a deadline', { a: { ...work, predecessors: [] } }, { deadlineMs: 3_000 }, 3_000, 'failed'],
  ])('does not pass for %s', (_, steps, more, ms, after) => {
    const run = new Case(planOf(steps, more)).later(1_000).pause();
    expect([wakeAtOf(run.run, run.plan), run.later(DAY).wake().last.facts]).toEqual([undefined, []]);
    run.resume();
    expect(wakeAtOf(run.run, run.plan)).toBe(run.at + ms - 1_000);
    const before = run.later(ms - 1_001).wake().last.facts;
    expect(before).toEqual([]);
    expect(run.later(1).wake().last.facts).not.toEqual([]);
    expect(run.run.status).toBe(after);
  });

  test('does not pass for a retry that is due', () => {
    const run = new Case().failed('first').later(400).pause().later(DAY).resume();
    expect([wakeAtOf(run.run, run.plan), run.sent]).toEqual([run.at + 600, []]);
  });

  test('passes for a run that is to begin at a time: it then begins when it goes on', () => {
    const run = new Case(TWO, { startAt: 1_002_000 }).pause().later(5_000);
    expect([run.wake().last.facts, run.run.status]).toEqual([[], 'paused']);
    run.resume();
    expect(wakeAtOf(run.run, run.plan)).toBe(1_002_000);
    expect(run.wake().sent).toEqual(['first/1']);
  });

  test('passes for one whose turn comes: it keeps it, and begins when it goes on', () => {
    const run = new Case(TWO, { key: 'ann', queued: true }).pause();
    expect(run.on({ type: 'run.released' }).last.facts.map(({ type }) => type)).toEqual(['run.begun']);
    expect([run.sent, run.resume().sent]).toEqual([[], ['first/1']]);
  });
});

describe('an attempt that waits for a stage', () => {
  const GIVEN_UP = 11_500;
  /** A stage that is paused for so long from so long after the attempt was sent. */
  const stages = (after: number, ms: number): StagePauses => {
    const [from, to] = [1_000_000 + after, 1_000_000 + after + ms];
    return {
      isStagePaused: () => to === Infinity,
      pausedFor: (_, time) => Math.max(0, Math.min(to, time.to) - Math.max(from, time.from)),
    };
  };
  const wakeWith = (run: Case, given: StagePauses) => {
    run.last = decide(
      run.run,
      { type: 'run.woken', run: id, at: run.at },
      { plan: run.plan, at: run.at, stages: given },
    );
    return run.last.facts.map((fact) => (fact.type === 'step.prolonged' ? fact.due - run.at : fact.type));
  };

  test('has as much longer as that was paused, and is then given up', () => {
    const run = new Case().later(GIVEN_UP);
    expect(wakeWith(run, stages(1_000, 9_000))).toEqual([9_000]);
    expect(wakeAtOf(run.run, run.plan)).toBe(run.at + 9_000);
    expect(wakeWith(run.later(9_000), stages(1_000, 9_000))).toEqual(['step.failed', 'step.retrying']);
  });

  test('is never given up while that is paused, and looked at ever more rarely', () => {
    const run = new Case().later(GIVEN_UP);
    const times = Array.from({ length: 12 }, () => {
      const [due] = wakeWith(run, stages(1_000, Infinity)) as [number];
      run.later(due);
      return due;
    });
    expect(times.slice(0, 2)).toEqual([60_000, 70_500]);
    expect(run.at - 1_000_000).toBeGreaterThan(24 * 3_600_000);
  });

  test('is given up where the pause was before it, or its step has a deadline', () => {
    expect(wakeWith(new Case().later(GIVEN_UP), stages(-9_000, 9_000))).toEqual(['step.failed', 'step.retrying']);
    const run = new Case(planOf({ first: { ...work, predecessors: [], deadlineMs: 3_000 } })).later(3_000);
    expect(wakeWith(run, stages(1_000, Infinity))).toEqual(['step.dead-lettered']);
  });
});

test('child runs are paused with their parent, and go on with it', () => {
  const inner = { format: 1, pipeline: 'inner', inputSchema: {}, steps: { a: { ...work, predecessors: [] } } };
  const sub = { kind: 'run', plan: { ...inner, output: null }, input: {}, retry: { ...retry, maxAttempts: 1 } };
  const run = new Case(planOf({ sub: { ...sub, predecessors: [] } }));
  const child = stepOf(run.run, 'sub').child!.run;
  const told = () => run.last.events.map((event) => [event.type, event.run]);
  run.pause();
  expect(told()).toEqual([['run.pause-requested', child]]);
  run.resume();
  expect(told()).toEqual([['run.resume-requested', child]]);
});

test('a run that was paused follows from its facts', () => {
  const run = new Case().pause().failed('first').later(60_000).resume().later(1_000).wake().pause();
  run.completed('first');
  const again = evolve(undefined, id, run.facts);
  expect([again.status, again.paused, [...again.steps]]).toEqual(['paused', run.run.paused, [...run.run.steps]]);
});
