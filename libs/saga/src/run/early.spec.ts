import { type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, evolve, MOST_KEPT, type Run, stepOf } from '../index.js';

const work = { kind: 'stage', stage: 'work', input: {}, retry: {}, timeoutMs: 1_000 };
const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {},
  steps: {
    first: { ...work, predecessors: [] },
    paid: { kind: 'signal', schema: { type: 'object', required: ['amount'] }, predecessors: ['first'] },
    ask: { kind: 'review', schema: {}, predecessors: ['first'] },
    last: { ...work, predecessors: ['paid'] },
  },
  output: { $ref: ['paid'] },
} as never);
const id = runIdOf('p', '1');

class Case {
  last: Decision;
  readonly facts: Decision['facts'][number][] = [];
  constructor() {
    this.last = accept({ run: id, pipeline: 'p', input: {}, idempotencyKey: '1', at: 1_000, source: 'i/0/0' }, plan);
    this.facts.push(...this.last.facts);
  }
  get run(): Run {
    return this.last.run;
  }
  on(event: object): readonly string[] {
    this.last = decide(this.run, { run: id, at: 2_000, ...event } as RunEvent, { plan, at: 2_000 });
    this.facts.push(...this.last.facts);
    return this.last.facts.map(({ type }) => type);
  }
  signal = (signal: string, amount: unknown = 1, more: object = {}) =>
    this.on({ type: 'step.signalled', step: 'paid', id: signal, payload: { amount }, ...more });
  firstEnds = () => this.on({ type: 'step.completed', step: 'first', attempt: 1, startedAt: 1, output: null });
}

describe('a signal that comes before its step waits', () => {
  test('is the answer as soon as it does, the first one of several, with who gave it', () => {
    const run = new Case();
    expect([run.signal('a', 1, { by: 'shop' }), run.signal('b', 2)]).toEqual([
      ['step.signal-kept'],
      ['step.signal-kept'],
    ]);
    expect(run.run.status).toBe('running');
    expect(run.firstEnds()).toEqual(
      expect.arrayContaining(['step.completed', 'step.waiting', 'step.answered', 'step.requested']),
    );
    expect(run.last.facts.find(({ type }) => type === 'step.answered')).toMatchObject({
      id: 'a',
      output: { amount: 1 },
      by: 'shop',
    });
    expect(run.last.requests.map(({ step }) => step)).toEqual(['last']);
    expect(run.signal('c')).toEqual([]);
  });

  test('is kept once, however often it comes, and no more than so many are', () => {
    const run = new Case();
    run.signal('a');
    expect(run.signal('a')).toEqual([]);
    for (let n = 1; n < MOST_KEPT; n++) expect(run.signal(String(n))).toEqual(['step.signal-kept']);
    expect(run.signal('one more')).toEqual([]);
  });

  test('is refused where it does not fit, and the step then waits', () => {
    const run = new Case();
    expect(run.on({ type: 'step.signalled', step: 'paid', id: 'a', payload: {} })).toEqual(['step.answer-refused']);
    run.firstEnds();
    expect(stepOf(run.run, 'paid').status).toBe('waiting');
  });

  test('is not kept for a review, a stage or nothing, when it is for somebody else too, or the run is over', () => {
    const run = new Case();
    for (const step of ['ask', 'last', 'nothing'])
      expect(run.on({ type: 'step.signalled', step, id: 'a', payload: {} })).toEqual([]);
    expect(run.signal('b', 1, { correlated: true })).toEqual([]);
    run.on({ type: 'run.cancel-requested' });
    expect(run.signal('c')).toEqual([]);
  });

  test('follows from the facts of the run', () => {
    const run = new Case();
    run.signal('a');
    const again = evolve(undefined, id, JSON.parse(JSON.stringify(run.facts)) as typeof run.facts);
    expect([...again.early]).toEqual([...run.run.early]);
  });
});
