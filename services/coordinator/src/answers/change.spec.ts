import { failure, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, decide } from '@millrace/saga';
import { closedOf, redrivenOf } from './change.js';

const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {},
  deadlineMs: 5_000,
  steps: { a: { kind: 'stage', stage: 'work', input: {}, retry: {}, timeoutMs: 1_000, predecessors: [] } },
  output: null,
});
const run = runIdOf('p', '1');

test.each([
  ['at its deadline', { type: 'run.woken' as const }, 9_000],
  ['because it is cancelled', { type: 'run.cancel-requested' as const }, 2_000],
])('a run that ends %s closes the dead letter it was parked with', (_, event, at) => {
  const taken = accept({ run, pipeline: 'p', input: {}, idempotencyKey: '1', at: 1_000, source: 'i/0/0' }, plan);
  const gone = { step: 'a', attempt: 1, startedAt: 1_000, failure: failure('STAGE_INPUT_INVALID', 'no') };
  const parked = decide(taken.run, { type: 'step.failed', run, at: 1_000, ...gone }, { plan, at: 1_000 });
  const letters = parked.facts.flatMap((fact) => (fact.type === 'step.dead-lettered' ? [fact.deadLetter] : []));
  expect([letters.length, closedOf(taken.run, parked)]).toEqual([1, []]);
  const ended = decide(parked.run, { ...event, run, at }, { plan, at });
  expect([closedOf(parked.run, ended), redrivenOf(ended.facts)]).toEqual([letters, []]);
  // Both in one batch.
  expect(closedOf(taken.run, { ...ended, facts: [...parked.facts, ...ended.facts] })).toEqual(letters);
});
