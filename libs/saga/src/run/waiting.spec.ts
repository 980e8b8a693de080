import { type RunEvent, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, decide, evolve, type Run, stepOf, wakeAtOf } from '../index.js';

const id = runIdOf('p', '1');
const T0 = 1_000_000;
const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {},
  steps: {
    a: {
      kind: 'review',
      schema: { type: 'object', required: ['ok'] },
      to: { assignee: { $ref: ['input', 'manager'] } },
      escalate: [
        { afterMs: 1_000, to: { assignee: 'bob' } },
        { afterMs: 5_000, to: { group: 'board' } },
      ],
      timeoutMs: 9_000,
      onFailure: { default: { ok: false } },
      predecessors: [],
    },
  },
  output: { $ref: ['a'] },
});

/** A run that waits for a review. */
class Waiting {
  at = T0;
  readonly facts;
  last: Decision;
  constructor() {
    this.last = accept(
      { run: id, pipeline: 'p', input: { manager: 'ann' }, idempotencyKey: '1', at: T0, source: 'i' },
      plan,
    );
    this.facts = [...this.last.facts];
  }
  get run(): Run {
    return this.last.run;
  }
  get review() {
    return stepOf(this.run, 'a').review;
  }
  on(event: RunEvent): Decision {
    this.last = decide(this.run, event, { plan, at: this.at });
    this.facts.push(...this.last.facts);
    return this.last;
  }
  claim = (by: string) => this.on({ type: 'step.claimed', run: id, step: 'a', at: this.at, by });
  unclaim = (by?: string) => this.on({ type: 'step.unclaimed', run: id, step: 'a', at: this.at, ...(by && { by }) });
  answer = (by?: string, payload: unknown = { ok: true }) =>
    this.on({ type: 'step.signalled', run: id, step: 'a', at: this.at, id: `s${by}`, payload, ...(by && { by }) });
  wake(): Decision {
    this.at = wakeAtOf(this.run, plan)!;
    return this.on({ type: 'run.woken', run: id, at: this.at });
  }
}

describe('a review that somebody has claimed', () => {
  test('is answered by nobody else, and nothing is done again because somebody tried', () => {
    const one = new Waiting();
    expect(one.claim('ann').facts).toMatchObject([{ type: 'step.claimed', by: 'ann' }]);
    for (const by of ['bob', undefined]) {
      const { facts, requests } = one.answer(by);
      expect(facts).toMatchObject([{ type: 'step.answer-refused', failure: { code: 'REVIEW_CLAIMED' } }]);
      expect(requests).toEqual([]);
    }
    expect(one.run.status).toBe('waiting');
    one.answer('ann');
    expect(one.run).toMatchObject({ status: 'completed', output: { ok: true } });
  });

  test('stays claimed by the first of two', () => {
    const one = new Waiting();
    one.claim('ann');
    expect([one.claim('bob').facts, one.claim('ann').facts]).toEqual([[], []]);
    expect(one.review?.claimedBy).toBe('ann');
  });

  test('can be taken over by another, and the history says from whom', () => {
    const one = new Waiting();
    one.claim('ann');
    const taken = one.on({ type: 'step.claimed', run: id, step: 'a', at: one.at, by: 'bob', takeOver: true });
    expect(taken.facts).toMatchObject([{ type: 'step.claimed', by: 'bob', from: 'ann' }]);
    expect(one.answer('ann').facts).toMatchObject([{ type: 'step.answer-refused' }]);
    expect(one.answer('bob').run.status).toBe('completed');
  });

  test('can be given back, and then another may claim and answer it', () => {
    const one = new Waiting();
    one.claim('ann');
    expect(one.unclaim('bob').facts).toMatchObject([{ type: 'step.unclaimed', by: 'bob' }]);
    expect(one.unclaim().facts).toEqual([]);
    one.claim('bob');
    one.answer('bob');
    expect(one.run.status).toBe('completed');
  });

  test('keeps the time until which it waits', () => {
    const one = new Waiting();
    const before = wakeAtOf(one.run, plan);
    one.at += 10;
    one.claim('ann');
    expect(wakeAtOf(one.run, plan)).toBe(before);
    expect(stepOf(one.run, 'a')).toMatchObject({ since: T0, due: T0 + 9_000 });
  });

  test('is nobody’s when it is over: a claim that comes late changes nothing', () => {
    const one = new Waiting();
    one.answer('ann');
    expect([one.claim('bob').facts, one.unclaim('bob').facts]).toEqual([[], []]);
  });
});

describe('a review that nobody answers', () => {
  test('goes to one after the other, each at its time, then gets its default; a claim ends when it goes on', () => {
    const one = new Waiting();
    expect(one.review).toMatchObject({ assignee: 'ann', escalations: 0 });
    one.claim('ann');
    expect(one.wake().facts).toMatchObject([{ type: 'step.escalated', at: T0 + 1_000, assignee: 'bob' }]);
    expect(one.review).toMatchObject({ assignee: 'bob', claimedBy: undefined });
    expect(one.wake().facts).toMatchObject([{ type: 'step.escalated', at: T0 + 5_000, group: 'board' }]);
    expect(one.review).toMatchObject({ assignee: undefined, group: 'board' });
    expect(one.wake().facts[0]).toMatchObject({ type: 'step.defaulted', at: T0 + 9_000, output: { ok: false } });
    expect(one.run).toMatchObject({ status: 'completed', output: { ok: false } });
  });

  test('is what its facts say, at each point', () => {
    const one = new Waiting();
    for (const act of [() => one.claim('ann'), () => one.wake(), () => one.claim('bob'), () => one.wake()]) {
      act();
      expect(evolve(undefined, id, one.facts)).toEqual(one.run);
    }
  });

  test('is not escalated before its time, however often it is woken', () => {
    const one = new Waiting();
    one.at += 999;
    expect(one.on({ type: 'run.woken', run: id, at: one.at }).facts).toEqual([]);
  });
});
