import { type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, decide, type Decision, evolve, holdChangesOf, impliedBy, standingOf, wakeAtOf } from '../index.js';

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

describe('a run with a hold key', () => {
  const waits = asked({ hold: 'acme', queued: true, behind: 'run_first' });

  test('waits behind the parked run that it names until it hears that it may go on, once', () => {
    expect([waits.run.status, waits.requests, standingOf(waits.run, plan).state]).toEqual([
      'held',
      [],
      'waiting-for-run',
    ]);
    expect(types(on(waits, { type: 'run.released', at: 1 }, 2_000))).toEqual([]);
    const begun = on(waits, { type: 'run.released', at: 1, hold: true } as never, 2_000);
    expect([types(begun), begun.run.status]).toEqual([['run.begun', 'step.requested'], 'running']);
    expect(types(on(begun, { type: 'run.released', at: 1, hold: true } as never, 3_000))).toEqual([]);
    expect(evolve(undefined, id, [...waits.facts, ...begun.facts])).toMatchObject({ hold: 'acme', status: 'running' });
  });

  test('then waits for its concurrency slot, which another notice gives it', () => {
    const limited = asked({ hold: 'acme', key: 'acme', queued: true, behind: 'run_first' });
    const queued = on(limited, { type: 'run.released', at: 1, hold: true } as never, 2_000);
    expect([types(queued), standingOf(queued.run, plan).state]).toEqual([['run.queued'], undefined]);
    // The notice may come twice.
    expect(types(on(queued, { type: 'run.released', at: 1, hold: true } as never, 2_001))).toEqual([]);
    expect(types(on(queued, { type: 'run.released', at: 1 }, 2_002))).toEqual(['run.begun', 'step.requested']);
  });

  test('that is to begin later asks for its place in line when its time has come', () => {
    const later = on(asked({ hold: 'acme', startAt: 9_000 }), { type: 'run.woken', at: 1 }, 9_000);
    expect([types(later), later.run.status]).toEqual([['run.queued'], 'held']);
    expect(holdChangesOf([{ decision: later }], 9_000)).toMatchObject({
      wanted: [{ run: id, key: 'acme' }],
      begun: [],
    });
  });

  test('holds its key up once a step is parked, and no more when it has ended', () => {
    const started = asked({ hold: 'acme' });
    const failure = { code: 'BROKEN', kind: 'permanent', message: 'It is broken.' };
    const failed = { type: 'step.failed', step: 'a', attempt: 1, at: 1, startedAt: 1, failure } as const;
    const parked = on(started, failed as never, 2_000);
    expect(holdChangesOf([{ decision: started }], 1)).toBeUndefined();
    expect(holdChangesOf([{ decision: parked }], 2_000)).toMatchObject({
      parked: [{ run: id, key: 'acme' }],
      ended: [],
    });
    const cancelled = on(parked, { type: 'run.cancel-requested', at: 1 }, 3_000);
    expect(holdChangesOf([{ decision: cancelled }], 3_000)).toMatchObject({ parked: [], ended: [id] });
  });

  test.each([
    ['behind another', { queued: true, behind: 'run_first' }],
    ['until its time', { startAt: 9_000 }],
  ])('that was held %s must have gone on where a result of it is heard', (_, more) => {
    const { run } = asked({ hold: 'acme', ...more });
    let now = run;
    const heard = { type: 'step.completed', run: id, step: 'a', attempt: 1, at: 9_500, startedAt: 9_400, output: 1 };
    for (const { event, at } of impliedBy(run, heard as RunEvent)) now = decide(now, event, { plan, at }).run;
    expect(now.status).toBe('running');
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
