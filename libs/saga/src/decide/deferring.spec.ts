import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, commandOf, type Decision, decide, evolve, type Run, standingOf, stepOf, wakeAtOf } from '../index.js';

const id = runIdOf('p', '1');
const T0 = 1_000_000;
const HOUR = 3_600_000;
const retry = { maxAttempts: 2, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0, maxTotalMs: 10_000 };

/** A run of one step that calls a model, with the clock where the test puts it. */
class Case {
  at = T0;
  last: Decision;
  readonly facts;
  readonly plan;
  constructor(step: object = {}, plan: object = {}) {
    const a = { kind: 'stage', stage: 'ask', input: 'x', timeoutMs: 1_000, startTimeoutMs: 10_000, retry, ...step };
    const first = { kind: 'stage', stage: 'book', input: 'x', timeoutMs: 1_000, retry: {}, predecessors: [] };
    const steps = { first, a: { ...a, predecessors: ['first'] } };
    const loaded = { format: 1, pipeline: 'p', inputSchema: {}, steps, output: { $ref: ['a'] }, ...plan };
    this.plan = loadPlan(loaded);
    this.last = accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: T0, source: 'i' }, this.plan);
    this.facts = [...this.last.facts];
    this.on({ type: 'step.completed', run: id, step: 'first', attempt: 1, at: T0, startedAt: T0, output: 1 });
  }
  get run(): Run {
    return this.last.run;
  }
  get step() {
    return stepOf(this.run, 'a');
  }
  /** The commands that the last event asked for. */
  get asked() {
    return this.last.requests.map((request) => commandOf(this.last.run, request));
  }
  on(event: RunEvent): Decision {
    this.last = decide(this.run, event, { plan: this.plan, at: this.at });
    this.facts.push(...this.last.facts);
    return this.last;
  }
  private get ofAttempt() {
    return { run: id, step: 'a', attempt: this.step.attempt, at: this.at, startedAt: this.at };
  }
  defers(waitMs: number) {
    this.on({ type: 'step.deferred', ...this.ofAttempt, waitMs, waitsFor: 'quota/acme-ai/small/*' });
  }
  fails() {
    this.on({ type: 'step.failed', ...this.ofAttempt, failure: failure('MODEL_UNAVAILABLE', 'it is down') });
  }
  after(ms: number, event: 'run.woken' | 'step.recalled') {
    this.at += ms;
    this.on(
      event === 'run.woken' ? { type: event, run: id, at: this.at } : { type: event, run: id, step: 'a', at: this.at },
    );
  }
}

test('a run whose step waits for a model says so, and one whose step has failed is tried again', () => {
  const run = new Case();
  const state = () => standingOf(run.run, run.plan).state;
  const states = [state()];
  run.defers(HOUR);
  states.push(state());
  run.after(20_000, 'step.recalled');
  states.push(state());
  run.fails();
  states.push(state());
  expect(states).toEqual([undefined, 'waiting-for-model', undefined, 'retrying']);
});

test('a step that waits for its turn to call a model is asked for again when it is recalled, as the same attempt, with all its time', () => {
  const run = new Case();
  run.defers(HOUR);
  expect(run.asked).toEqual([]);
  run.after(20_000, 'step.recalled');
  expect(run.asked).toMatchObject([
    { step: 'a', attempt: 3, ownAttempt: 1, timeoutMs: 1_000, expires: run.at + 11_000 },
  ]);
  expect(stepOf(evolve(undefined, id, run.facts), 'a')).toMatchObject({
    status: 'running',
    attempt: 3,
    tries: 1,
    failures: {},
  });
});

test('a step that nobody recalls is asked for again when its wait ends', () => {
  const run = new Case();
  run.defers(HOUR);
  expect(wakeAtOf(run.run, run.plan)).toBe(T0 + HOUR);
  run.after(HOUR - 1, 'run.woken');
  expect(run.asked).toEqual([]);
  run.after(1, 'run.woken');
  expect(run.asked).toMatchObject([{ attempt: 3, ownAttempt: 1 }]);
});

test('however often a step waits for a model, it has as many attempts and as much time for them as without', () => {
  const run = new Case();
  for (const _ of [1, 2, 3]) {
    run.defers(HOUR);
    run.after(HOUR, 'run.woken');
  }
  run.fails();
  run.after(1_000, 'run.woken');
  expect(run.asked).toMatchObject([{ attempt: 6, ownAttempt: 2 }]);
  run.defers(HOUR);
  run.after(HOUR, 'step.recalled');
  expect(run.asked).toMatchObject([{ attempt: 7, ownAttempt: 2 }]);
  run.fails();
  expect(run.step).toMatchObject({ status: 'dead-lettered' });
});

test('what a superseded attempt says of its wait, and a call to come back that is late, change nothing', () => {
  const run = new Case();
  run.defers(HOUR);
  run.after(1, 'step.recalled');
  run.on({ type: 'step.deferred', run: id, step: 'a', attempt: 2, at: run.at, startedAt: T0, waitMs: 1 });
  expect(run.last.facts).toEqual([]);
  run.after(1, 'step.recalled');
  expect(run.last.facts).toEqual([]);
  run.fails();
  // It is tried again after its back-off, and not because a call of another attempt may be made.
  run.after(1, 'step.recalled');
  expect([run.last.facts, run.step.status]).toEqual([[], 'retrying']);
});

test('a run that is paused while its step waits for a model begins nothing until it goes on', () => {
  const run = new Case();
  run.on({ type: 'run.pause-requested', run: id, at: run.at });
  run.defers(HOUR);
  run.after(1_000, 'step.recalled');
  expect(run.asked).toEqual([]);
  expect(wakeAtOf(run.run, run.plan)).toBeUndefined();
  run.on({ type: 'run.resume-requested', run: id, at: run.at });
  expect(wakeAtOf(run.run, run.plan)).toBe(run.at + HOUR);
  run.after(1_000, 'step.recalled');
  expect(run.asked).toMatchObject([{ attempt: 3, ownAttempt: 1 }]);
});

test('a deadline of a step is a promise, and does not stand still while the step waits for a model', () => {
  const run = new Case({ deadlineMs: 60_000 });
  run.defers(HOUR);
  run.after(60_000, 'run.woken');
  expect(run.step).toMatchObject({ status: 'dead-lettered', failure: { code: 'STEP_DEADLINE_PASSED' } });
});

test('a run that is undone does not begin again what waits for a model', () => {
  const undo = { compensate: { stage: 'unbook', input: null, retry, timeoutMs: 1_000, startTimeoutMs: 10_000 } };
  const first = { kind: 'stage', stage: 'book', input: 'x', timeoutMs: 1_000, retry: {}, predecessors: [], ...undo };
  const a = { kind: 'stage', stage: 'ask', input: 'x', timeoutMs: 1_000, retry, predecessors: ['first'] };
  const run = new Case({}, { steps: { first, a } });
  run.on({ type: 'run.cancel-requested', run: id, at: run.at, compensate: true });
  run.defers(HOUR);
  expect(run.step.status).toBe('cancelled');
  expect(run.asked).toMatchObject([{ step: 'undo:first' }]);
});
