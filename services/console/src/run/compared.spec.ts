import type { RunView, StepView } from '@millrace/client';
import { comparedSteps } from './compared.js';

const at = '2026-01-01T00:00:00.000Z';
const step = (name: string, output?: unknown): StepView => ({
  ...{ name, kind: 'stage', status: output === undefined ? 'running' : 'completed', attempts: [], allowedActions: [] },
  ...(output !== undefined && { output }),
});
const run = (steps: readonly StepView[]): RunView => ({
  ...{
    id: 'run_1',
    pipeline: 'p',
    plan: 'x',
    status: 'running',
    state: 'running',
    acceptedAt: at,
    links: {},
    traceId: 't',
  },
  steps: [...steps],
  allowedActions: [],
});

test('two runs are compared step by step: what each gave, and which steps one of them does not have', () => {
  const rows = comparedSteps(run([step('a', 1), step('b', 2)]), run([step('a', 1), step('b', 3), step('c')]));
  expect(rows.map(({ name, isSame }) => [name, isSame])).toEqual([
    ['a', true],
    ['b', false],
    ['c', false],
    ['(run)', true],
  ]);
  expect(rows[2]?.one).toBeUndefined();
});
