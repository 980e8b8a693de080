import { type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, decide, type Decision, evolve, wakeAtOf } from '../index.js';

const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {},
  steps: {
    a: { kind: 'stage', stage: 'work', input: { $ref: ['input'] }, retry: {}, timeoutMs: 1_000, predecessors: [] },
  },
  output: { $ref: ['a'] },
});
const id = runIdOf('p', '1');
const asked = (more: object) =>
  accept({ run: id, pipeline: 'p', input: 'hello', idempotencyKey: '1', at: 1_000, source: 'i/0/0', ...more }, plan);
const on = ({ run }: Decision, event: Omit<RunEvent, 'run'>, at: number) =>
  decide(run, { run: id, ...event } as RunEvent, { plan, at });
const types = ({ facts }: Decision) => facts.map(({ type }) => type);

describe('a run that is to begin later', () => {
  const held = asked({ startAt: 9_000 });

  test('is held until then, asks for nothing, and begins when its time has come', () => {
    expect([held.run.status, held.requests, wakeAtOf(held.run, plan)]).toEqual(['held', [], 9_000]);
    expect(types(on(held, { type: 'run.woken', at: 1 }, 8_999))).toEqual([]);
    const begun = on(held, { type: 'run.woken', at: 1 }, 9_000);
    expect(types(begun)).toEqual(['run.begun', 'step.requested']);
    expect(begun.run.status).toBe('running');
    expect(types(on(begun, { type: 'run.released', at: 1 }, 9_001))).toEqual([]);
  });

  test('is released by nobody before', () => {
    expect(types(on(held, { type: 'run.released', at: 1 }, 2_000))).toEqual([]);
  });

  test('can be cancelled before it begins', () => {
    const cancelled = on(held, { type: 'run.cancel-requested', at: 1 }, 2_000);
    expect([cancelled.run.status, wakeAtOf(cancelled.run, plan)]).toEqual(['cancelled', undefined]);
  });

  test('of a pipeline that has only so many at once then waits for its turn', () => {
    const keyed = asked({ startAt: 9_000, key: 'ann' });
    const queued = on(keyed, { type: 'run.woken', at: 1 }, 9_000);
    expect([types(queued), queued.run.status, wakeAtOf(queued.run, plan)]).toEqual([['run.queued'], 'held', undefined]);
    expect(types(on(queued, { type: 'run.released', at: 1 }, 9_001))).toEqual(['run.begun', 'step.requested']);
  });

  test('begins at once where the time is past', () => {
    expect(asked({ startAt: 500 }).run.status).toBe('running');
  });
});

test('a run that waits for its turn begins when it is released, once, and follows from its facts', () => {
  const queued = asked({ key: 'ann', queued: true });
  expect([queued.run.status, queued.requests]).toEqual(['held', []]);
  expect(types(on(queued, { type: 'run.woken', at: 1 }, 99_000))).toEqual([]);
  const begun = on(queued, { type: 'run.released', at: 1 }, 2_000);
  expect(types(begun)).toEqual(['run.begun', 'step.requested']);
  expect(types(on(begun, { type: 'run.released', at: 1 }, 3_000))).toEqual([]);
  const again = evolve(undefined, id, [...queued.facts, ...begun.facts]);
  expect([again.status, again.key, again.held]).toEqual(['running', 'ann', undefined]);
});
