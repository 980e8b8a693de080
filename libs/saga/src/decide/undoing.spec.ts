import { failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, type Run, stepOf, wakeAtOf } from '../index.js';

const retry = { maxAttempts: 2, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const work = { kind: 'stage', stage: 'work', input: {}, retry, timeoutMs: 1_000, startTimeoutMs: 10_000 };
const undoneBy = (stage: string, step: string) => ({
  compensate: { stage, input: { undo: { $ref: [step] } }, retry, timeoutMs: 1_000, startTimeoutMs: 10_000 },
});
/** Two that are done side by side and can be undone, one that cannot, and what comes last. */
const STEPS = {
  desk: { ...work, predecessors: [], ...undoneBy('unbook', 'desk') },
  room: { ...work, predecessors: [], ...undoneBy('unbook', 'room') },
  note: { ...work, predecessors: ['desk', 'room'] },
  file: { ...work, predecessors: ['note'] },
};
const planOf = (more: object = { onFailure: {} }) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps: STEPS, output: null, ...more });
const id = runIdOf('p', '1');
const broken = failure('STAGE_INPUT_INVALID', 'no');

class Case {
  at = 1_000_000;
  last: Decision;
  readonly sent: string[] = [];
  constructor(readonly plan = planOf()) {
    this.last = accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: this.at, source: 'i/0/0' }, plan);
  }
  get run(): Run {
    return this.last.run;
  }
  on(event: object): Decision {
    this.last = decide(this.run, { run: id, at: this.at, ...event } as RunEvent, { plan: this.plan, at: this.at });
    this.sent.push(...this.last.requests.map(({ step }) => step));
    return this.last;
  }
  completed = (step: string, more: object = {}) => {
    const { attempt } = stepOf(this.run, step);
    return this.on({ type: 'step.completed', step, attempt, startedAt: this.at, output: step, ...more });
  };
  failed = (step: string, cause = broken) =>
    this.on({ type: 'step.failed', step, attempt: stepOf(this.run, step).attempt, startedAt: this.at, failure: cause });
  wake(): Decision {
    this.at = wakeAtOf(this.run, this.plan)!;
    return this.on({ type: 'run.woken' });
  }
  toFile(): this {
    this.completed('room');
    this.completed('desk');
    this.completed('note');
    this.sent.length = 0;
    return this;
  }
}

describe('a run that fails', () => {
  test('undoes what it has done, the last first, one after the other, and has then failed', () => {
    const run = new Case().toFile();
    run.failed('file');
    expect(run.run.status).toBe('compensating');
    expect(run.last.requests).toMatchObject([{ step: 'undo:desk', stage: 'unbook', input: { undo: 'desk' } }]);
    run.completed('undo:desk');
    expect(run.last.requests).toMatchObject([{ step: 'undo:room', input: { undo: 'room' } }]);
    run.completed('undo:room');
    expect(run.last.facts.at(-1)).toMatchObject({ type: 'run.failed', step: 'file', failure: broken });
    expect(run.run.status).toBe('failed');
    expect(run.sent).toEqual(['undo:desk', 'undo:room']);
  });

  test('fails at once where nothing names what undoes it', () => {
    const run = new Case(loadPlan({ ...planOf().plan, steps: { file: { ...work, predecessors: [] } } }));
    run.failed('file');
    expect(run.last.facts.map(({ type }) => type)).toEqual(['step.failed', 'run.failed']);
  });

  test('first lets what is in hand end, and undoes that too', () => {
    const run = new Case();
    run.completed('desk');
    run.failed('room');
    expect(run.run.status).toBe('compensating');
    const other = new Case();
    other.failed('desk');
    expect(other.sent).toEqual([]);
    other.completed('room');
    expect(other.last.requests).toMatchObject([{ step: 'undo:room' }]);
  });

  test('undoes what a stage handed on before it heard of it', () => {
    const run = new Case(
      loadPlan({
        ...planOf().plan,
        steps: { ...STEPS, note: { ...STEPS.note, predecessors: ['desk'], ...undoneBy('tear', 'note') } },
      }),
    );
    run.failed('room');
    run.completed('desk', { next: ['note'] });
    expect(run.sent).toEqual([]);
    run.completed('note');
    expect(run.sent).toEqual(['undo:note']);
    run.completed('undo:note');
    expect(run.sent).toEqual(['undo:note', 'undo:desk']);
  });

  test('undoes what succeeded after it was given up', () => {
    const run = new Case();
    run.completed('room');
    run.wake();
    expect(stepOf(run.run, 'desk').status).toBe('retrying');
    run.on({ type: 'run.cancel-requested', compensate: true });
    run.on({ type: 'step.completed', step: 'desk', attempt: 1, startedAt: run.at, output: 'late' });
    run.completed('undo:room');
    expect(run.last.requests).toMatchObject([{ step: 'undo:desk', input: { undo: 'late' } }]);
  });

  test('is parked instead where its pipeline does not say that it fails', () => {
    const run = new Case(planOf({})).toFile();
    run.failed('file');
    expect(run.run.status).toBe('dead-lettered');
  });
});

describe('an undo that fails', () => {
  test('is tried again as its policy says, is then parked, and the run goes on from it when it is redriven', () => {
    const run = new Case().toFile();
    run.failed('file');
    run.failed('undo:desk', failure('STAGE_THREW', 'not now'));
    expect(run.wake().requests).toMatchObject([{ step: 'undo:desk', attempt: 2 }]);
    const { facts } = run.failed('undo:desk', failure('STAGE_THREW', 'not now'));
    const parked = facts.find(({ type }) => type === 'step.dead-lettered');
    expect(parked).toMatchObject({ step: 'undo:desk', input: { undo: 'desk' } });
    expect(run.run.status).toBe('dead-lettered');
    expect(run.sent).not.toContain('undo:room');
    run.on({ type: 'step.redriven', step: 'undo:desk', deadLetter: stepOf(run.run, 'undo:desk').deadLetter });
    run.completed('undo:desk');
    run.completed('undo:room');
    expect(run.run.status).toBe('failed');
  });

  test('is given up when somebody cancels the run without compensation', () => {
    const run = new Case().toFile();
    run.failed('file');
    run.on({ type: 'run.cancel-requested' });
    expect(run.run.status).toBe('cancelled');
    expect(run.completed('undo:desk').facts).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  test('with compensation undoes what it did, and is then cancelled by whoever asked for it', () => {
    const run = new Case().toFile();
    run.on({ type: 'run.cancel-requested', compensate: true, by: 'ann' });
    expect(run.on({ type: 'run.cancel-requested', compensate: true }).facts).toEqual([]);
    run.completed('file');
    run.completed('undo:desk');
    run.completed('undo:room');
    expect(run.last.facts.at(-1)).toMatchObject({ type: 'run.cancelled', by: 'ann' });
  });

  test('without compensation leaves what it did as it is', () => {
    const run = new Case().toFile();
    run.on({ type: 'run.cancel-requested' });
    expect(run.run.status).toBe('cancelled');
    expect(run.sent).toEqual([]);
  });

  test('with compensation goes on to no other plan', () => {
    const run = new Case().toFile();
    run.on({ type: 'run.cancel-requested', compensate: true });
    const { facts } = run.on({ type: 'run.move-requested', to: 'x', from: 'file' });
    expect(facts).toMatchObject([{ type: 'run.move-refused' }]);
  });
});
