import { derivedId, failure, type Failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, evolve, type Run, stepOf, wakeAtOf } from '../index.js';

const id = runIdOf('p', '1');
const T0 = 1_000_000;
const policy = { maxAttempts: 2, initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0 };
const once = { ...policy, maxAttempts: 1 };
const busy = failure('MODEL_BUSY', 'too many at once');
const broken = failure('STAGE_THREW', 'it broke');
const own = (code: string, kind: Failure['kind'] = 'transient'): Failure => ({ code, kind, message: 'as it says' });

/** A run of one step that is taken through events by hand, with the clock where the test puts it. */
class Case {
  at = T0;
  last: Decision;
  readonly facts;
  readonly plan;
  constructor(step: object) {
    const a = { kind: 'stage', stage: 'work', input: 'x', timeoutMs: 1_000, startTimeoutMs: 10_000, ...step };
    const steps = { a: { ...a, predecessors: [] } };
    this.plan = loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: { $ref: ['a'] } });
    this.last = accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: T0, source: 'i' }, this.plan);
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
  /** The attempt that counts fails; what is asked for then, at once or when it is due, and after how long. */
  fails(cause: Failure) {
    const { attempt } = stepOf(this.run, 'a');
    this.on({ type: 'step.failed', run: id, step: 'a', attempt, at: this.at, startedAt: this.at, failure: cause });
    const since = this.at;
    if (stepOf(this.run, 'a').status === 'retrying') this.wake();
    const [request] = this.last.requests;
    return request && [request.stage, request.attempt, this.at - since];
  }
  wake(): Decision {
    this.at = wakeAtOf(this.run, this.plan)!;
    return this.on({ type: 'run.woken', run: id, at: this.at });
  }
}

describe('retries by what failed', () => {
  const retry = {
    ...policy,
    never: ['OUT_OF_STOCK'],
    cases: [
      { ...policy, on: ['MODEL_BUSY', 'LINE_BUSY'], maxAttempts: 4, initialMs: 5_000, factor: 1 },
      { ...policy, on: ['STAGE_THREW', 'LINE_BUSY'], maxAttempts: 1 },
    ],
  };

  test('follow the first case with the code, else the policy itself', () => {
    expect(new Case({ retry }).fails(busy)).toEqual(['work', 2, 5_000]);
    expect(new Case({ retry }).fails(own('LINE_BUSY'))).toEqual(['work', 2, 5_000]);
    expect(new Case({ retry }).fails(own('LINE_DEAD'))).toEqual(['work', 2, 1_000]);
    expect(new Case({ retry }).fails(broken)).toBeUndefined();
  });

  test('count the failures of each case by themselves, and so do the waits', () => {
    const run = new Case({ retry: { ...retry, factor: 3, maxAttempts: 3 } });
    const given = [own('A'), busy, own('B'), own('LINE_BUSY'), busy];
    expect(given.map((cause) => run.fails(cause))).toEqual([
      ['work', 2, 1_000],
      ['work', 3, 5_000],
      ['work', 4, 3_000],
      ['work', 5, 5_000],
      ['work', 6, 5_000],
    ]);
    expect(run.fails(own('LINE_BUSY'))).toBeUndefined();
    expect(run.run.status).toBe('dead-lettered');
  });

  test('are not made for a code that is never tried again, or a failure that is permanent, whatever a case says', () => {
    expect(new Case({ retry }).fails(own('OUT_OF_STOCK'))).toBeUndefined();
    expect(new Case({ retry }).fails(own('MODEL_BUSY', 'permanent'))).toBeUndefined();
  });

  test('wait for as long as the failing side asked', () => {
    const run = new Case({ retry });
    expect(run.fails(failure('MODEL_BUSY', '429', { retryAfterMs: 30_000 }))).toEqual(['work', 2, 30_000]);
  });

  test('are counted anew after a redrive', () => {
    const run = new Case({ retry });
    for (const cause of [busy, busy, busy, busy]) run.fails(cause);
    const deadLetter = stepOf(run.run, 'a').deadLetter!;
    run.on({ type: 'step.redriven', run: id, step: 'a', at: run.at, deadLetter });
    expect(run.last.requests).toMatchObject([{ attempt: 5 }]);
    expect(run.fails(busy)).toEqual(['work', 6, 5_000]);
  });
});

describe('a time for all attempts', () => {
  const often = { ...policy, maxAttempts: 100, factor: 1 };

  test('is the last at which one may begin', () => {
    const run = new Case({ retry: { ...often, maxTotalMs: 3_000 } });
    const waits = [broken, broken, broken].map((cause) => run.fails(cause)?.[2]);
    expect(waits).toEqual([1_000, 1_000, 1_000]);
    expect(run.fails(broken)).toBeUndefined();
    expect(run.at).toBe(T0 + 3_000);
  });

  test('gives up at once where the failing side asks for longer than that', () => {
    const run = new Case({ retry: { ...often, maxTotalMs: 20_000 } });
    expect(run.fails(failure('MODEL_BUSY', '429', { retryAfterMs: 30_000 }))).toBeUndefined();
    expect(run.at).toBe(T0);
  });

  test('does not pass while the run is paused', () => {
    const run = new Case({ retry: { ...often, maxTotalMs: 1_000 } });
    run.on({ type: 'run.pause-requested', run: id, at: run.at });
    run.at += 60_000;
    run.on({ type: 'run.resume-requested', run: id, at: run.at });
    expect(run.fails(broken)).toEqual(['work', 2, 1_000]);
    expect(run.fails(broken)).toBeUndefined();
  });

  test('of a case ends that case, and that of the policy ends all', () => {
    const cases = [{ ...often, on: ['MODEL_BUSY'], maxTotalMs: 1_000 }];
    const one = new Case({ retry: { ...often, cases } });
    one.fails(busy);
    expect(one.fails(busy)).toBeUndefined();
    const other = new Case({ retry: { ...often, maxTotalMs: 1_000, cases: [{ ...often, on: ['MODEL_BUSY'] }] } });
    other.fails(busy);
    expect(other.fails(busy)).toBeUndefined();
  });

  test('begins anew for a fallback', () => {
    const fallback = { stage: 'other', input: 'y', timeoutMs: 1_000, retry: { ...often, maxTotalMs: 1_000 } };
    const run = new Case({ retry: { ...often, maxTotalMs: 1_000 }, fallback });
    expect([broken, broken, broken, broken].map((cause) => run.fails(cause))).toEqual([
      ['work', 2, 1_000],
      ['other', 3, 0],
      ['other', 4, 1_000],
      undefined,
    ]);
  });
});

describe('a chain of fallbacks', () => {
  const about = {
    code: { $ref: ['failure', 'code'] },
    said: { $ref: ['failure', 'message'] },
    in: { $ref: ['failure', 'step'] },
  };
  const chain = [
    { stage: 'small', input: about, timeoutMs: 500, retry: policy, on: ['MODEL_BUSY'] },
    { stage: 'rules', input: about, timeoutMs: 500, retry: once },
    { stage: 'person', input: about, timeoutMs: 500, retry: once, on: ['NO_RULE'] },
  ];

  test('is gone through in order, past those that are not for the failure; no number of an attempt is given twice', () => {
    const run = new Case({ retry: once, fallback: chain });
    expect([busy, broken, broken, own('NO_RULE')].map((cause) => run.fails(cause))).toEqual([
      ['small', 2, 0],
      ['small', 3, 1_000],
      ['rules', 4, 0],
      ['person', 5, 0],
    ]);
    expect(run.fails(broken)).toBeUndefined();
    expect(run.run.status).toBe('dead-lettered');
    expect(new Case({ retry: once, fallback: chain }).fails(broken)).toEqual(['rules', 2, 0]);
  });

  test('is for failures that are permanent, too', () => {
    expect(new Case({ retry: policy, fallback: chain }).fails(own('A', 'permanent'))).toEqual(['rules', 2, 0]);
  });

  test('is given what the one before has failed of, at each attempt and in the dead letter', () => {
    const run = new Case({ retry: once, fallback: chain });
    const first = { code: 'MODEL_BUSY', said: 'too many at once', in: 'a' };
    run.fails(busy);
    expect(run.last.requests).toMatchObject([{ input: first, timeoutMs: 500 }]);
    run.fails(own('A'));
    expect(run.last.requests).toMatchObject([{ input: first }]);
    run.fails(own('B'));
    expect(run.last.requests).toMatchObject([{ stage: 'rules', input: { code: 'B' } }]);
    run.fails(own('C'));
    expect(run.facts.at(-1)).toMatchObject({
      type: 'step.dead-lettered',
      input: { code: 'B' },
      failure: { code: 'C' },
    });
  });

  test('begins again with its stage after a redrive', () => {
    const run = new Case({ retry: once, fallback: chain });
    for (const cause of [broken, broken]) run.fails(cause);
    const deadLetter = stepOf(run.run, 'a').deadLetter!;
    expect(deadLetter).toBe(derivedId('dl', id, 'a', String(run.facts.length - 1)));
    run.on({ type: 'step.redriven', run: id, step: 'a', at: run.at, deadLetter });
    expect(run.last.requests).toMatchObject([{ stage: 'work', attempt: 3, input: 'x' }]);
    expect(run.fails(busy)).toEqual(['small', 4, 0]);
  });

  test('stands where the facts of a run say, those that were written before there were chains included', () => {
    const run = new Case({ retry: once, fallback: chain });
    for (const cause of [busy, own('A'), own('B')]) run.fails(cause);
    const names = run.facts.flatMap((fact) => (fact.type === 'step.requested' ? [fact.fallback] : []));
    expect(names).toEqual([undefined, true, true, 2]);
    expect(evolve(undefined, id, run.facts)).toEqual(run.run);
  });
});

describe('a step that has failed for good', () => {
  const failing = (onFailure: object, cause: Failure) => {
    const run = new Case({ retry: once, onFailure });
    run.fails(cause);
    const { status, output } = run.run;
    return { status, output };
  };

  test('goes on with what is made of its failure', () => {
    const made = { because: { $ref: ['failure', 'code'] }, step: { $ref: ['failure', 'step'] } };
    const output = { because: 'STAGE_THREW', step: 'a' };
    expect(failing({ give: made }, broken)).toEqual({ status: 'completed', output });
  });

  test('goes on so for the codes that are named alone', () => {
    for (const how of [{ default: 'instead' }, { give: 'instead' }]) {
      const onFailure = { ...how, on: ['MODEL_BUSY'] };
      expect(failing(onFailure, busy)).toEqual({ status: 'completed', output: 'instead' });
      expect(failing(onFailure, broken)).toMatchObject({ status: 'dead-lettered' });
    }
  });
});
