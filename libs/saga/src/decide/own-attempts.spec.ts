import { type Fact, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, commandOf, decide, evolve, stepOf } from '../index.js';

const step = (stage: string, predecessors: string[]) => ({
  kind: 'stage',
  stage,
  input: predecessors.length === 0 ? { $ref: ['input'] } : { $ref: [predecessors[0]] },
  retry: { maxAttempts: 3, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 },
  timeoutMs: 1_000,
  predecessors,
});
const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {},
  steps: { a: step('read', []), b: step('write', ['a']) },
  output: { $ref: ['b'] },
});
const run = runIdOf('p', '1');
const busy = { code: 'MODEL_BUSY', kind: 'transient', message: 'It was busy.' } as const;

test('a step that a second attempt hands on counts its own attempts from 1, for its stage and for its dead letter', () => {
  const facts: Fact[] = [];
  let last = accept({ run, pipeline: 'p', input: {}, idempotencyKey: '1', at: 1, source: 'i/0/0' }, plan);
  const take = (event: Parameters<typeof decide>[1]) => {
    last = decide(last.run, event, { plan, at: event.at });
    facts.push(...last.facts);
  };
  facts.push(...last.facts);
  const asked = () => last.requests.map((request) => commandOf(last.run, request));
  take({ type: 'step.failed', run, step: 'a', attempt: 1, at: 10, startedAt: 2, failure: busy });
  take({ type: 'run.woken', run, at: 100 });
  expect(asked()).toMatchObject([{ step: 'a', attempt: 2 }]);
  take({ type: 'step.completed', run, step: 'a', attempt: 2, at: 110, startedAt: 101, output: 1, next: ['b'] });
  expect(stepOf(last.run, 'b')).toMatchObject({ attempt: 2, tries: 1 });
  take({ type: 'step.failed', run, step: 'b', attempt: 2, at: 120, startedAt: 111, failure: busy });
  take({ type: 'run.woken', run, at: 200 });
  expect(asked()).toMatchObject([{ step: 'b', attempt: 3, ownAttempt: 2 }]);
  expect(stepOf(last.run, 'b').tries).toBe(2);
  // What is stored has no such numbers: they follow from it.
  expect(stepOf(evolve(undefined, run, facts), 'b').tries).toBe(2);
});
