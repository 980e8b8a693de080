import type { Broker } from '@millrace/broker';
import { randomId, type RunEvent, topicsOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, type Decision } from '@millrace/saga';
import { telemetry } from '@millrace/telemetry';
import { AnswerBudget } from './answer-budget.js';
import type { CoordinatorContext } from '../context.js';
import { answerTo } from './publishing.js';
import { BatchSpans } from '../run-spans.js';

const LIMIT = 20_000;
const topics = topicsOf('p.');
const told = telemetry({ service: 'coordinator', logLevel: 'silent' });
afterAll(() => told[Symbol.asyncDispose]());

const plan = loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps: {}, output: null });
const { run } = accept(
  { run: randomId('run'), pipeline: 'p', input: 1, idempotencyKey: undefined, at: 1, source: 'intake/0/0' },
  plan,
);
const parent = { run: randomId('run'), step: 'page', attempt: 2, parks: true, trace: randomId('run') };

function eventsOf(event: RunEvent): unknown[] {
  const broker = { maxRecordBytes: LIMIT } as Broker;
  const context = { broker, topics, telemetry: told, now: () => 1 } as unknown as CoordinatorContext;
  const decision: Decision = { run, facts: [], requests: [], events: [event] };
  const { records } = answerTo(context, decision, {
    plan,
    spans: new BatchSpans(context),
    budget: new AnswerBudget(1_000_000, LIMIT),
    maxRecordBytes: LIMIT,
  });
  return records.map(({ key, value }) => ({ key, event: JSON.parse(String(value)) as unknown }));
}

const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
const requested = (input: unknown): RunEvent => ({
  type: 'run.requested',
  run: run.id,
  at: 5,
  plan: 'h/page',
  input,
  parent,
});
const completed = (output: unknown): RunEvent => ({
  type: 'step.completed',
  run: parent.run,
  step: 'page',
  attempt: 2,
  at: 5,
  startedAt: 1,
  output,
});

test.each([
  ['what a child run is given is too large', requested('x'.repeat(LIMIT)), 'RECORD_TOO_LARGE'],
  ['what a child run is given is nested too deep', requested(nested(150)), 'INVALID_JSON'],
  ['what a child run gave is too large', completed('x'.repeat(LIMIT)), 'RECORD_TOO_LARGE'],
  ['what a child run gave is nested too deep', completed(nested(150)), 'INVALID_JSON'],
])('the step that a child run works for fails where %s for a record', (_, event, code) => {
  expect(eventsOf(event)).toEqual([
    {
      key: parent.run,
      event: expect.objectContaining({
        type: 'step.failed',
        run: parent.run,
        step: 'page',
        attempt: 2,
        failure: expect.objectContaining({ code, kind: 'permanent' }),
      }),
    },
  ]);
});

test('a child run is asked for, and answers, as it is where a record can hold it', () => {
  for (const event of [requested({ a: nested(100) }), completed(nested(100))])
    expect(eventsOf(event)).toEqual([{ key: event.run, event }]);
});
