import { type RunEvent, runIdOf, type StageSchemas } from '@millrace/contracts';
import { loadPlan, type LoadedPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, evolve, stepOf } from '../index.js';

const retry = { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 };
const stage = (name: string, predecessors: string[], more: object = {}) => ({
  kind: 'stage',
  stage: name,
  input: predecessors.length > 0 ? { $ref: [predecessors[0]!] } : { $ref: ['input'] },
  retry,
  timeoutMs: 1_000,
  startTimeoutMs: 10_000,
  predecessors,
  ...more,
});
const planOf = (steps: Record<string, unknown>, inputSchema: object = {}) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema, steps, output: { $ref: [Object.keys(steps).at(-1)!] } });
const review = { kind: 'review', schema: { type: 'string' }, predecessors: ['b'] };

/** `b` is handed off by `a`; then somebody is asked. */
const before = planOf({ a: stage('read', []), b: stage('write', ['a']), ask: review, z: stage('send', ['ask']) });
const after = planOf({
  a: stage('read', []),
  b: stage('write', ['a']),
  check: stage('check', ['b']),
  z: stage('send', ['check']),
});

const id = runIdOf('p', '1');
const contracts = (over: Record<string, StageSchemas> = {}) =>
  new Map<string, StageSchemas>(Object.entries({ read: { input: {}, output: { type: 'string' } }, ...over }));

class Case {
  last: Decision;
  plan: LoadedPlan = before;
  readonly sent: string[] = [];

  constructor() {
    this.last = accept({ run: id, pipeline: 'p', input: 'hello', idempotencyKey: '1', at: 1, source: 'i/0/0' }, before);
    this.note();
  }
  on(event: RunEvent, to?: LoadedPlan, known = contracts()): Decision {
    this.last = decide(this.last.run, event, { plan: this.plan, at: 2, target: to && { plan: to, contracts: known } });
    if (this.last.run.plan === to?.hash) this.plan = to;
    this.note();
    return this.last;
  }
  completed(step: string, attempt: number, more: object = {}): Decision {
    const output = `${step}${attempt}`;
    return this.on({ type: 'step.completed', run: id, step, attempt, at: 2, startedAt: 1, output, ...more });
  }
  move(to: LoadedPlan, from: string, known = contracts()): Decision {
    return this.on(
      { type: 'run.move-requested', run: id, at: 2, to: to.hash, from, by: 'ann', reason: 'safer' },
      to,
      known,
    );
  }
  private note(): void {
    this.sent.push(...this.last.requests.map(({ step, attempt }) => `${step}/${attempt}`));
  }
}
const atReview = (): Case => {
  const run = new Case();
  run.completed('a', 1, { next: ['b'] });
  run.completed('b', 1);
  return run;
};

describe('a run that is moved to another plan', () => {
  test('keeps what has ended, goes on from the step that was named, and says who wanted it and why', () => {
    const run = atReview();
    const { facts } = run.move(after, 'check');
    expect(facts[0]).toMatchObject({
      type: 'run.moved',
      plan: after.hash,
      before: before.hash,
      from: 'check',
      kept: ['a', 'b'],
      restarted: ['check', 'z'],
      by: 'ann',
      reason: 'safer',
    });
    expect(stepOf(run.last.run, 'ask').status).toBe('pending');
    run.completed('check', 2, { next: ['z'] });
    run.completed('z', 2);
    expect(run.last.run).toMatchObject({ status: 'completed', plan: after.hash, output: 'z2' });
    expect(run.sent).toEqual(['a/1', 'check/2']);
  });

  test('counts no answer to what it asked for before', () => {
    const run = new Case();
    run.move(after, 'a');
    expect(run.sent).toEqual(['a/1', 'a/2']);
    // The stage goes on with the old plan, and has handed `b` on.
    expect(run.completed('a', 1, { next: ['b'] }).facts).toEqual([]);
    expect(run.completed('b', 1).facts).toEqual([]);
    run.completed('a', 2);
    expect(run.sent).toEqual(['a/1', 'a/2', 'b/3']);
    expect(run.completed('b', 1).facts).toEqual([]);
  });

  test('follows from its facts alone', () => {
    const run = new Case();
    const facts = [...run.last.facts];
    facts.push(
      ...run.completed('a', 1, { next: ['b'] }).facts,
      ...run.completed('b', 1).facts,
      ...run.move(after, 'b').facts,
    );
    const again = evolve(undefined, id, facts);
    expect([...again.steps]).toEqual([...run.last.run.steps]);
    expect(again).toMatchObject({ plan: after.hash, scope: { input: 'hello', a: 'a1' } });
  });

  test('leaves the dead letters of what begins anew behind', () => {
    const run = new Case();
    const failure = { code: 'STAGE_INPUT_INVALID', kind: 'permanent', message: 'no' } as const;
    run.on({ type: 'step.failed', run: id, step: 'a', attempt: 1, at: 2, startedAt: 1, failure });
    const { deadLetter } = stepOf(run.last.run, 'a');
    expect(run.move(after, 'a').facts[0]).toMatchObject({ deadLetters: [deadLetter] });
    expect(run.last.run.status).toBe('running');
    expect(stepOf(run.last.run, 'a').redrives).toBe(1);
  });

  test('for a dead letter is moved while a step is parked as that one, and never for it again', () => {
    const run = new Case();
    const failure = { code: 'STAGE_INPUT_INVALID', kind: 'permanent', message: 'no' } as const;
    run.on({ type: 'step.failed', run: id, step: 'a', attempt: 1, at: 2, startedAt: 1, failure });
    const { deadLetter } = stepOf(run.last.run, 'a');
    const request = { type: 'run.move-requested', run: id, at: 2, to: after.hash, from: 'a', deadLetter } as const;
    expect(run.on(request, after).facts[0]).toMatchObject({ type: 'run.moved' });
    expect(run.on(request, after).facts).toMatchObject([
      {
        type: 'run.move-refused',
        failure: { code: 'MOVE_REFUSED', message: expect.stringContaining('any more') as string },
      },
    ]);
    expect(run.sent).toEqual(['a/1', 'a/2']);
  });
});

describe('a move is refused, and the run goes on as it was', () => {
  const refusal = (to: LoadedPlan, from: string, known = contracts()) => {
    const run = atReview();
    const stood = run.last.run;
    const { facts } = run.move(to, from, known);
    expect({ ...run.last.run, seq: 0 }).toEqual({ ...stood, seq: 0 });
    expect(facts).toMatchObject([{ type: 'run.move-refused', by: 'ann', failure: { code: 'MOVE_REFUSED' } }]);
    const [fact] = facts;
    return fact?.type === 'run.move-refused' ? fact.failure : undefined;
  };

  test('where an output does not fit the new plan’s type, which is named', () => {
    const known = contracts({ read: { input: {}, output: { type: 'object', required: ['n'] } } });
    expect(refusal(after, 'check', known)?.details).toEqual([{ pointer: '/steps/a/output', detail: 'must be object' }]);
  });

  test('where the input does not fit', () => {
    const strict = planOf({ a: stage('read', []), check: stage('check', ['a']) }, { type: 'number' });
    expect(refusal(strict, 'check')?.details).toEqual([{ pointer: '/input', detail: 'must be number' }]);
  });

  test('where something before the step has not ended', () => {
    expect(refusal(after, 'z')?.details).toEqual([
      { pointer: '/steps/check', detail: 'has not ended, and "z" comes after it' },
    ]);
  });

  test('where the plan has no such step, is of another pipeline, or is not known', () => {
    expect(refusal(after, 'nowhere')?.message).toContain('no step "nowhere"');
    expect(refusal(loadPlan({ ...after.plan, pipeline: 'other' }), 'check')?.message).toContain('one of other');
    const run = atReview();
    const { facts } = run.on({ type: 'run.move-requested', run: id, at: 2, to: 'none', from: 'a' });
    expect(facts).toMatchObject([{ type: 'run.move-refused', plan: 'none' }]);
  });
});
