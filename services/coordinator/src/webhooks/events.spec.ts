import { runIdOf, WebhookBody } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, decide } from '@millrace/saga';
import { changeOf, deadLettersOf } from '../answers/change.js';
import { deliveriesOf } from './events.js';

const plan = loadPlan({
  format: 1,
  pipeline: 'letters',
  inputSchema: {},
  steps: {
    ask: { kind: 'review', schema: {}, show: { $ref: ['input'] }, timeoutMs: 60_000, predecessors: [] },
    work: {
      kind: 'stage',
      stage: 'work',
      input: { $ref: ['input'] },
      retry: { maxAttempts: 1 },
      timeoutMs: 1_000,
      predecessors: [],
    },
  },
  output: { $ref: ['work'] },
});
const ALL = new Set(['run.ended', 'letter.parked', 'review.due'] as const);
const run = runIdOf('letters', '1');
const SECRET = 'Refund me, I am Ann';
const accepted = accept(
  { run, pipeline: 'letters', input: { text: SECRET }, idempotencyKey: '1', at: 1_000, source: 'i/0/0' },
  plan,
);
const failure = { code: 'STAGE_THREW', kind: 'permanent', message: SECRET } as const;
const parked = decide(
  accepted.run,
  { type: 'step.failed', run, step: 'work', attempt: 1, at: 2_000, startedAt: 1_500, failure },
  { plan, at: 2_000 },
);
const cancelled = decide(parked.run, { type: 'run.cancel-requested', run, at: 3_000 }, { plan, at: 3_000 });

const told = (decision: typeof accepted, types: { readonly is?: Parameters<typeof deliveriesOf>[1] } = { is: ALL }) =>
  deliveriesOf(
    {
      runs: [decision],
      changes: [changeOf(undefined, decision, plan)],
      deadLetters: deadLettersOf(decision.run, decision.facts, plan),
    },
    types.is,
  );

test('a review, a parked step and the end of a run are told with ids and statuses, and nothing of what they hold', () => {
  const all = [accepted, parked, cancelled].flatMap((decision) => told(decision));
  expect(all.map(({ body }) => WebhookBody.parse(body))).toEqual([
    {
      type: 'review.due',
      timestamp: '1970-01-01T00:00:01.000Z',
      data: { run, pipeline: 'letters', step: 'ask', due: '1970-01-01T00:01:01.000Z' },
    },
    {
      type: 'letter.parked',
      timestamp: '1970-01-01T00:00:02.000Z',
      data: {
        run,
        pipeline: 'letters',
        step: 'work',
        code: 'STAGE_THREW',
        deadLetter: parked.run.steps.get('work')!.deadLetter,
      },
    },
    {
      type: 'run.ended',
      timestamp: '1970-01-01T00:00:03.000Z',
      data: { run, pipeline: 'letters', status: 'cancelled' },
    },
  ]);
  expect(JSON.stringify(all)).not.toContain(SECRET);
});

test('what is decided again has the ids that it had', () => {
  const ids = (decision: typeof accepted) => told(decision).map(({ id }) => id);
  expect(ids(cancelled)).toEqual(ids(cancelled));
  expect(new Set([accepted, parked, cancelled].flatMap(ids)).size).toBe(3);
});

test('only what is asked for is told; without an endpoint nothing is, and of trials and child runs no end', () => {
  expect(told(cancelled, { is: new Set(['letter.parked']) })).toEqual([]);
  expect(told(cancelled, {})).toEqual([]);
  const trial = { ...cancelled, run: { ...cancelled.run, replayOf: { run, from: 'work', trial: true as const } } };
  const parent = { run, step: 's', attempt: 1, parks: true, trace: run };
  expect([told(trial), told({ ...cancelled, run: { ...cancelled.run, parent } })]).toEqual([[], []]);
});
