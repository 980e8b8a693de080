import { failure, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, acceptChild, type Decision, decide, evolve, type Run, stepOf } from '../index.js';

const id = runIdOf('p', '1');
const retry = { maxAttempts: 1, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const work = { kind: 'stage', stage: 'work', input: 'x', retry, timeoutMs: 1_000, startTimeoutMs: 1_000 };
const fallback = { stage: 'other', input: 'y', retry, timeoutMs: 1_000 };
const at = 1_000_000;
const planOf = (steps: object) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: { $ref: ['a'] } });
const begun = (plan: ReturnType<typeof planOf>): Decision =>
  accept({ run: id, pipeline: 'p', input: { list: [1, 2] }, idempotencyKey: '1', at, source: 'i' }, plan);

/** Attempts at a step, or an item, that go so, one after the other. */
function lived(
  plan: ReturnType<typeof planOf>,
  ...results: (readonly [step: string, code: string | undefined])[]
): Run {
  let { run } = begun(plan);
  for (const [step, code] of results) {
    const options = { run: id, step, attempt: stepOf(run, step).attempt, at, startedAt: at };
    const failed = { ...failure('STAGE_THREW', 'it broke'), code: code ?? '' };
    const event = code
      ? ({ type: 'step.failed', ...options, failure: failed } as const)
      : ({ type: 'step.completed', ...options, output: 1 } as const);
    run = decide(run, event, { plan, at }).run;
  }
  return run;
}

describe('a run is degraded', () => {
  test('by a step that gave what a fallback gave, for what its stage had failed of', () => {
    const plan = planOf({ a: { ...work, fallback, predecessors: [] } });
    expect(lived(plan, ['a', undefined]).degraded).toEqual([]);
    expect(lived(plan, ['a', 'OUT_OF_STOCK']).degraded).toEqual([]);
    expect(lived(plan, ['a', 'OUT_OF_STOCK'], ['a', undefined])).toMatchObject({
      status: 'completed',
      degraded: [{ step: 'a', by: 'fallback', code: 'OUT_OF_STOCK', message: 'it broke' }],
    });
  });

  test('by a stage that says it gave something else than its own answer, and for what', () => {
    const plan = planOf({ a: { ...work, predecessors: [] } });
    const { run } = begun(plan);
    const insteadOf = { code: 'MODEL_REFUSED', message: 'The model answered 401.' };
    const event = {
      type: 'step.completed',
      run: id,
      step: 'a',
      attempt: 1,
      at,
      startedAt: at,
      output: 1,
      insteadOf,
    } as const;
    expect(decide(run, event, { plan, at }).run).toMatchObject({
      status: 'completed',
      degraded: [{ step: 'a', by: 'stage', ...insteadOf }],
    });
  });

  test('by a default, for what the step had failed of last', () => {
    const plan = planOf({ a: { ...work, fallback, onFailure: { default: 0 }, predecessors: [] } });
    expect(lived(plan, ['a', 'FIRST'], ['a', 'SECOND'])).toMatchObject({
      status: 'completed',
      degraded: [{ step: 'a', by: 'default', code: 'SECOND' }],
    });
  });

  test('by items of a step once, however many of them', () => {
    const list = { kind: 'map', over: { $ref: ['input', 'list'] }, as: 'item', concurrency: 9, onItemFailure: 'park' };
    const plan = planOf({ a: { ...list, work: { ...work, fallback }, predecessors: [] } });
    const [first, second] = ['a[0]', 'a[1]'];
    const run = lived(plan, [first!, 'A'], [second!, 'B'], [first!, undefined], [second!, undefined]);
    expect(run).toMatchObject({ status: 'completed', degraded: [{ step: 'a', by: 'fallback', code: 'A' }] });
  });

  test('by a child run that is, which tells its parent', () => {
    const inner = { format: 1, pipeline: 'inner', inputSchema: {}, output: null };
    const steps = { w: { ...work, onFailure: { default: 0 }, predecessors: [] } };
    const plan = planOf({ a: { kind: 'run', plan: { ...inner, steps }, input: {}, retry, predecessors: [] } });
    const { run, events } = begun(plan);
    const [request] = events.flatMap((event) => (event.type === 'run.requested' ? [event] : []));
    const child = acceptChild(request!, { plan: plan.child('a'), at });
    const failed = { run: child.run.id, step: 'w', attempt: 1, at, startedAt: at, failure: failure('STAGE_THREW', '') };
    const [told] = decide(child.run, { type: 'step.failed', ...failed }, { plan: plan.child('a'), at }).events;
    expect(told).toMatchObject({ type: 'step.completed', run: id, degraded: true });
    const { run: parent, facts } = decide(run, told!, { plan, at });
    expect(parent).toMatchObject({ status: 'completed', degraded: [{ step: 'a', by: 'run' }] });
    expect(evolve(run, id, facts).degraded).toEqual(parent.degraded);
  });
});
