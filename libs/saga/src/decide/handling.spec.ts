import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan, planWithin } from '@millrace/pipeline/engine';
import { accept, acceptChild, type Decision, decide, evolve, stepOf } from '../index.js';

const id = runIdOf('p', '1');
const at = 1_000_000;
const retry = { maxAttempts: 1, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const tries = { retry, timeoutMs: 1_000, startTimeoutMs: 1_000 };
const handler = {
  stage: 'alert',
  input: {
    code: { $ref: ['failure', 'code'] },
    in: { $ref: ['failure', 'step'] },
    a: { $ref: ['a'] },
    b: { $ref: ['b'] },
  },
  ...tries,
  retry: { ...retry, maxAttempts: 2 },
};
const planOf = (more: object = {}) => {
  const work = { kind: 'stage', stage: 'work', input: 'x', ...tries };
  const undo = { stage: 'undo', input: { $ref: ['a'] }, ...tries };
  const steps = { a: { ...work, compensate: undo, predecessors: [] }, b: { ...work, predecessors: ['a'] } };
  const output = { $ref: ['b'] };
  return loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output, onFailure: { handler }, ...more });
};
const cause = failure('STAGE_INPUT_INVALID', 'no');

/** A run and what it has asked for. */
class Case {
  at = at;
  last: Decision;
  readonly facts;
  readonly asked: RunEvent[] = [];
  constructor(
    readonly plan = planOf(),
    made?: Decision,
  ) {
    this.last =
      made ?? accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at, source: 'i', tenant: 't' }, plan);
    this.facts = [...this.last.facts];
  }
  on(event: RunEvent): Decision {
    this.last = decide(this.last.run, event, { plan: this.plan, at: this.at });
    this.facts.push(...this.last.facts);
    this.asked.push(...this.last.events.filter(({ type }) => type === 'run.requested'));
    return this.last;
  }
  private of = (step: string) => ({
    run: this.last.run.id,
    step,
    attempt: stepOf(this.last.run, step).attempt,
    at,
    startedAt: at,
  });
  completed = (step: string, output: unknown) => this.on({ type: 'step.completed', ...this.of(step), output });
  failed = (step: string, why = cause) => this.on({ type: 'step.failed', ...this.of(step), failure: why });
  /** The run in which its handler is asked. */
  handling(): Case {
    const [request] = this.asked as (RunEvent & { type: 'run.requested' })[];
    const plan = planWithin(this.plan, request!.plan);
    return new Case(plan, acceptChild(request!, { plan, at }));
  }
}

describe('a run that has failed', () => {
  test('asks its handler once, after what it did is undone, with what failed and what is known', () => {
    const run = new Case();
    run.completed('a', 1);
    run.failed('b');
    expect(run.asked).toEqual([]);
    expect(run.last.run.status).toBe('compensating');
    run.completed('undo:a', {});
    expect(run.last.run).toMatchObject({ status: 'failed', failed: { step: 'b', handler: run.asked[0]!.run } });
    expect(run.asked).toHaveLength(1);
    const handling = run.handling();
    expect(handling.last.requests).toMatchObject([
      { stage: 'alert', input: { code: 'STAGE_INPUT_INVALID', in: 'b', a: 1 } },
    ]);
    expect(handling.last.run).toMatchObject({ tenant: 't', parent: { run: id, step: 'on:failure', parks: true } });
    expect(evolve(undefined, id, run.facts)).toEqual(run.last.run);
  });

  test('asks it also for what has failed as a whole, in no step', () => {
    const run = new Case(planOf({ deadlineMs: 1 }));
    run.last = { ...run.last, run: { ...run.last.run, begunAt: at - 10 } };
    run.on({ type: 'run.woken', run: id, at });
    run.completed('a', 1);
    run.completed('undo:a', {});
    expect(run.last.run.status).toBe('failed');
    expect(run.handling().last.requests).toMatchObject([{ input: { code: 'RUN_DEADLINE_PASSED', in: '' } }]);
  });

  test('has ended as it has, however its handler goes: what fails there is tried again, then parked there, and goes on from there', () => {
    const run = new Case();
    run.failed('a');
    const handling = run.handling();
    handling.failed('onFailure', failure('STAGE_THREW', 'it broke'));
    expect(handling.last.facts.map(({ type }) => type)).toEqual(['step.failed', 'step.retrying']);
    handling.at += 1_000;
    handling.on({ type: 'run.woken', run: handling.last.run.id, at: handling.at });
    handling.failed('onFailure');
    expect(handling.last.run.status).toBe('dead-lettered');
    const { deadLetter } = stepOf(handling.last.run, 'onFailure');
    for (const told of handling.last.events) expect(run.on(told)).toMatchObject({ facts: [], events: [] });
    handling.on({ type: 'step.redriven', run: handling.last.run.id, step: 'onFailure', at, deadLetter: deadLetter! });
    handling.completed('onFailure', {});
    expect(handling.last.run.status).toBe('completed');
    for (const told of handling.last.events) expect(run.on(told)).toMatchObject({ facts: [], events: [] });
    expect(run.last.run.status).toBe('failed');
  });

  test('that is cancelled, or that parks what fails, asks nobody', () => {
    const cancelled = new Case();
    cancelled.on({ type: 'run.cancel-requested', run: id, at });
    expect([cancelled.last.run.status, cancelled.asked]).toEqual(['cancelled', []]);
    const parked = new Case(planOf({ onFailure: undefined }));
    parked.failed('a');
    expect([parked.last.run.status, parked.asked]).toEqual(['dead-lettered', []]);
  });
});
