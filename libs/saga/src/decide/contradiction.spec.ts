import { derivedId } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { contradictionOf } from './contradiction.js';
import { accept, decide } from './decide.js';

const stage = (predecessors: string[]) => ({
  kind: 'stage',
  stage: 'work',
  input: { $value: null },
  retry: { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 },
  timeoutMs: 1_000,
  predecessors,
});
const plan = loadPlan({
  format: 1,
  pipeline: 'letters',
  inputSchema: {},
  steps: { a: stage([]), b: stage(['a']) },
  output: { $ref: ['b'] },
});
const id = derivedId('run', 'one');
const { run } = accept({ run: id, pipeline: 'letters', input: {}, at: 1, source: 'test' } as never, plan);
const of = (event: object) =>
  contradictionOf(run, { run: id, step: 'a', attempt: 1, at: 2, startedAt: 1, ...event } as never, plan);

test.each([
  ['a result', { type: 'step.completed', output: 1 }],
  ['a hand-off to the next step', { type: 'step.completed', next: ['b'] }],
  ['what came of a hand-off that was not heard of', { type: 'step.completed', step: 'b' }],
  ['a late failure', { type: 'step.failed', attempt: 0 }],
  ['a step of its parent that is undone', { type: 'run.compensate-requested', step: 'of-its-parent' }],
])('%s is no contradiction', (_, event) => {
  expect(of(event)).toBeUndefined();
});

test.each([
  ['a step that its plan does not have', { type: 'step.completed', step: 'nope' }],
  ['a hand-off to a step that its plan does not have', { type: 'step.completed', next: ['nope'] }],
  ['a skipped step that its plan does not have', { type: 'step.completed', skipped: ['nope'] }],
  ['an attempt that was never given', { type: 'step.failed', attempt: 2 }],
  ['a dead letter that the run never had', { type: 'step.redriven', deadLetter: derivedId('dl', 'x') }],
])('%s contradicts the run', (_, event) => {
  expect(of(event)).toEqual(expect.any(String));
});

test('a dead letter that was redriven before is late, and no contradiction', () => {
  const failure = { code: 'STAGE_THREW', kind: 'permanent', message: 'no' } as const;
  const event = { type: 'step.failed', run: id, step: 'a', attempt: 1, at: 2, startedAt: 1, failure } as const;
  const parked = decide(run, event, { plan, at: 3 }).run;
  const { deadLetter } = parked.steps.get('a')!;
  const redriven = { type: 'step.redriven', run: id, step: 'a', at: 4, deadLetter: deadLetter! } as const;
  const again = decide(parked, redriven, { plan, at: 5 }).run;
  expect(again.steps.get('a')?.deadLetter).not.toBe(deadLetter);
  expect(contradictionOf(again, redriven, plan)).toBeUndefined();
});
