import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, type Run, stepOf, wakeAtOf } from '../index.js';

const retry = { maxAttempts: 3, initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0 };
const stage = (predecessors: string[], more: object = {}) => ({
  kind: 'stage',
  stage: 'work',
  input: { $ref: ['input'] },
  retry,
  timeoutMs: 1_000,
  startTimeoutMs: 10_000,
  predecessors,
  ...more,
});
const planOf = (steps: Record<string, unknown>) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: { $ref: ['b'] } });

const id = runIdOf('p', '1');
const T0 = 1_000_000;

/** A run that is taken through events by hand, with the clock where the test puts it. */
class Case {
  at = T0;
  last: Decision;
  constructor(readonly plan = planOf({ a: stage([]), b: stage(['a']) })) {
    this.last = accept({ run: id, pipeline: 'p', input: 'hello', idempotencyKey: '1', at: T0, source: 'i/0/0' }, plan);
  }
  get run(): Run {
    return this.last.run;
  }
  on(event: RunEvent): Decision {
    return (this.last = decide(this.run, event, { plan: this.plan, at: this.at }));
  }
  completed = (step: string, attempt: number, more: object = {}) =>
    this.on({
      type: 'step.completed',
      run: id,
      step,
      attempt,
      at: this.at,
      startedAt: this.at,
      output: `${step}${attempt}`,
      ...more,
    });
  failed = (step: string, attempt: number, cause = failure('STAGE_THREW', 'it broke')) =>
    this.on({ type: 'step.failed', run: id, step, attempt, at: this.at, startedAt: this.at, failure: cause });
  wake(): Decision {
    this.at = wakeAtOf(this.run, this.plan)!;
    return this.on({ type: 'run.woken', run: id, at: this.at });
  }
}

describe('a step that fails', () => {
  test('is tried again after a wait that doubles, as often as its policy says, and is then parked with all that a redrive needs', () => {
    const run = new Case();
    const waits = [1, 2].map((attempt) => {
      run.failed('a', attempt);
      const wait = wakeAtOf(run.run, run.plan)! - run.at;
      expect(run.wake().requests).toMatchObject([{ step: 'a', attempt: attempt + 1, input: 'hello' }]);
      return wait;
    });
    expect(waits).toEqual([1_000, 2_000]);
    const { facts, requests } = run.failed('a', 3);
    expect(requests).toEqual([]);
    expect(facts.at(-1)).toMatchObject({
      type: 'step.dead-lettered',
      step: 'a',
      input: 'hello',
      failure: { code: 'STAGE_THREW' },
    });
    expect(run.run.status).toBe('dead-lettered');
  });

  test('for good is not tried again', () => {
    const run = new Case();
    run.failed('a', 1, failure('STAGE_INPUT_INVALID', 'no'));
    expect(run.run.status).toBe('dead-lettered');
  });

  test('is not tried before the failing side said it may be', () => {
    const run = new Case();
    run.failed('a', 1, failure('MODEL_BUSY', '429', { retryAfterMs: 30_000 }));
    expect(wakeAtOf(run.run, run.plan)).toBe(T0 + 30_000);
  });

  test('is given to its fallback, which has tries of its own, then gets its default', () => {
    const other = { stage: 'other', input: 'simpler', retry: { ...retry, maxAttempts: 2 }, timeoutMs: 1_000 };
    const run = new Case(
      planOf({
        a: stage([], { retry: { ...retry, maxAttempts: 1 }, fallback: other, onFailure: { default: 'none' } }),
        b: stage(['a']),
      }),
    );
    expect(run.failed('a', 1).requests).toMatchObject([{ step: 'a', stage: 'other', attempt: 2, input: 'simpler' }]);
    run.failed('a', 2);
    expect(run.wake().requests).toMatchObject([{ stage: 'other', attempt: 3 }]);
    const { facts, requests } = run.failed('a', 3);
    expect(facts).toContainEqual(expect.objectContaining({ type: 'step.defaulted', output: 'none' }));
    expect(requests).toMatchObject([{ step: 'b' }]);
  });

  test('whose stage is never heard of again is given up at its deadline', () => {
    const run = new Case();
    const { facts, requests } = run.wake();
    expect(run.at).toBeGreaterThanOrEqual(T0 + 11_000);
    expect(facts[0]).toMatchObject({ type: 'step.failed', failure: { code: 'STAGE_TIMED_OUT' } });
    expect(requests).toEqual([]);
    expect(run.wake().requests).toMatchObject([{ step: 'a', attempt: 2 }]);
  });

  test('redriving starts at the step that failed, not at the first', () => {
    const run = new Case();
    run.completed('a', 1, { next: ['b'] });
    run.failed('b', 1, failure('STAGE_INPUT_INVALID', 'no'));
    const deadLetter = stepOf(run.run, 'b').deadLetter!;
    const event = { type: 'step.redriven', run: id, step: 'b', at: run.at, deadLetter, by: 'ann' } as const;
    expect(run.on(event).requests).toMatchObject([{ step: 'b', attempt: 2 }]);
    expect(run.on(event)).toMatchObject({ facts: [], requests: [] });
    run.completed('b', 2);
    expect(run.run).toMatchObject({ status: 'completed', output: 'b2' });
  });
});

describe('a result', () => {
  test('of a superseded attempt changes nothing', () => {
    const run = new Case();
    run.wake();
    run.wake();
    expect(run.completed('a', 1)).toMatchObject({ facts: [], requests: [] });
    run.completed('a', 2);
    expect(run.run.scope['a']).toBe('a2');
  });

  test('that is late counts while the next attempt has not begun: it was paid for', () => {
    const run = new Case();
    run.wake();
    run.completed('a', 1, { next: ['b'] });
    expect(run.run.scope['a']).toBe('a1');
    expect(stepOf(run.run, 'b')).toMatchObject({ status: 'running', attempt: 1 });
  });

  test('that comes twice changes nothing the second time', () => {
    const run = new Case();
    run.completed('a', 1, { next: ['b'] });
    expect(run.completed('a', 1, { next: ['b'] })).toMatchObject({ facts: [], requests: [] });
  });

  test('of a step that nobody has begun changes nothing', () => {
    const run = new Case();
    expect(run.completed('b', 1)).toMatchObject({ facts: [], requests: [] });
    expect(run.completed('nonsense', 1)).toMatchObject({ facts: [], requests: [] });
  });
});

describe('a wait', () => {
  const waiting = (more: object = {}) =>
    new Case(
      planOf({
        a: {
          kind: 'review',
          schema: { type: 'object', required: ['ok'] },
          show: { $ref: ['input'] },
          predecessors: [],
          ...more,
        },
        b: stage(['a']),
      }),
    );
  const answer = (payload: unknown, answerId = 'x') =>
    ({ type: 'step.signalled', run: id, step: 'a', at: T0, id: answerId, payload, by: 'ann' }) as const;

  test('makes the run wait, shows what it was told to, and ends with the first answer that fits', () => {
    const run = waiting();
    expect(run.run.status).toBe('waiting');
    expect(run.last.facts.at(-1)).toMatchObject({ type: 'step.waiting', show: 'hello' });
    expect(run.on(answer({})).facts).toMatchObject([
      { type: 'step.answer-refused', failure: { code: 'SIGNAL_INVALID' } },
    ]);
    expect(run.on(answer({ ok: true })).requests).toMatchObject([{ step: 'b' }]);
    expect(run.on(answer({ ok: false }, 'y')).facts).toEqual([]);
    expect(run.run.scope['a']).toEqual({ ok: true });
  });

  test('without a limit has no timer, and with one is parked when nobody answers', () => {
    expect(wakeAtOf(waiting().run, waiting().plan)).toBeUndefined();
    const run = waiting({ timeoutMs: 5_000 });
    run.wake();
    expect(run.run.status).toBe('dead-lettered');
    expect(stepOf(run.run, 'a').failure?.code).toBe('SIGNAL_TIMED_OUT');
  });
});

describe('a sleep', () => {
  const sleeping = () => new Case(planOf({ a: { kind: 'sleep', ms: 60_000, predecessors: [] }, b: stage(['a']) }));

  test('ends at its time, and nobody can end it by an answer', () => {
    const run = sleeping();
    expect(run.run.status).toBe('waiting');
    expect(wakeAtOf(run.run, run.plan)).toBe(T0 + 60_000);
    const answer = { type: 'step.signalled', run: id, step: 'a', at: T0, id: 'x', payload: {} } as const;
    expect(run.on(answer).facts).toEqual([]);
    expect(run.wake().requests).toMatchObject([{ step: 'b' }]);
  });
});

describe('cancelling', () => {
  const cancel = { type: 'run.cancel-requested', run: id, at: T0, by: 'ann', reason: 'not needed' } as const;

  test('ends the run at once; what stages still answer changes nothing', () => {
    const run = new Case();
    expect(run.on(cancel).facts).toMatchObject([{ type: 'run.cancelled', by: 'ann', reason: 'not needed' }]);
    expect(run.completed('a', 1)).toMatchObject({ facts: [], requests: [] });
    expect(run.run.status).toBe('cancelled');
    expect(wakeAtOf(run.run, run.plan)).toBeUndefined();
  });

  test('does nothing to a run that is over', () => {
    const run = new Case();
    run.completed('a', 1, { next: ['b'] });
    run.completed('b', 1);
    expect(run.on(cancel).facts).toEqual([]);
    expect(run.run.status).toBe('completed');
  });
});
