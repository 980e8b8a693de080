import type { Fact } from '@millrace/contracts';
import { OwnAttempts } from './own-attempts.js';
import { historiesOf } from './step-history.js';

const step = 'ask';
const failure = { code: 'MODEL_UNAVAILABLE', kind: 'transient', message: 'It is down.' } as const;
const FACTS: readonly Fact[] = [
  { type: 'step.requested', step, attempt: 1, at: 1, stage: 'ask' },
  { type: 'step.deferred', step, attempt: 1, at: 3, startedAt: 2, due: 60_000, waitsFor: 'quota/acme-ai/small/*' },
  { type: 'step.requested', step, attempt: 2, at: 50, stage: 'ask' },
  { type: 'step.failed', step, attempt: 2, at: 60, startedAt: 51, failure },
  { type: 'step.retrying', step, attempt: 3, at: 60, due: 70 },
  { type: 'step.requested', step, attempt: 3, at: 70, stage: 'ask' },
  { type: 'step.completed', step, attempt: 3, at: 90, startedAt: 71, output: 1 },
];

test('an attempt that waited for a model is one attempt for people, in the history and in the view of its step', () => {
  const own = new OwnAttempts();
  const shown = FACTS.map((fact) => own.shown(fact));
  expect(shown.map((fact) => ('attempt' in fact ? fact.attempt : undefined))).toEqual([1, 1, 1, 1, 2, 2, 2]);
  const { attempts = [] } = historiesOf(FACTS).get(step) ?? {};
  expect(attempts).toMatchObject([
    { attempt: 1, requestedAt: new Date(1).toISOString(), endedAt: new Date(60).toISOString(), failure },
    { attempt: 2, startedAt: new Date(71).toISOString(), endedAt: new Date(90).toISOString() },
  ]);
});

test('a step that waits for a model has not ended', () => {
  const history = historiesOf(FACTS.slice(0, 2)).get(step);
  expect(history?.endedAt).toBeUndefined();
  expect(history?.attempts).toEqual([
    { attempt: 1, requestedAt: new Date(1).toISOString(), startedAt: new Date(2).toISOString() },
  ]);
});
