import { expect, test } from '@jest/globals';
import { randomId } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept } from './decide.js';

const made = (value: unknown, ...predecessors: string[]) => ({ kind: 'value', value, predecessors });
const last = (step: string) => ({ $ref: [step] });
const chain = (length: number, link: (before: unknown) => unknown) =>
  Object.fromEntries(
    Array.from({ length }, (_, n) =>
      n === 0 ? ['v0', made('x')] : [`v${n}`, made(link(last(`v${n - 1}`)), `v${n - 1}`)],
    ),
  );

function run(steps: Record<string, unknown>, output: unknown) {
  const plan = loadPlan({ format: 1, pipeline: 'made', inputSchema: {}, steps, output });
  const request = {
    run: randomId('run'),
    pipeline: 'made',
    input: null,
    idempotencyKey: undefined,
    at: 1,
    source: 'x',
  };
  return accept(request, plan);
}

const endOf = ({ run: { status }, facts }: ReturnType<typeof run>) => {
  const end = facts.find((fact) => fact.type === 'step.dead-lettered' || fact.type === 'run.failed');
  return [status, end?.failure.code];
};

test('a plan whose steps double a value is stopped at the step that makes too much of it, and nothing endless is kept', () => {
  const decided = run(
    chain(60, (before) => ({ a: before, b: before })),
    null,
  );
  expect(endOf(decided)).toEqual(['dead-lettered', 'RECORD_TOO_LARGE']);
  expect(decided.facts.filter((fact) => fact.type === 'step.valued').length).toBeLessThan(30);
});

test('a plan whose steps nest a value is stopped where it is too deep to be read again', () => {
  expect(
    endOf(
      run(
        chain(300, (before) => [before]),
        null,
      ),
    ),
  ).toEqual(['dead-lettered', 'INVALID_JSON']);
});

test('a run whose output is too large to be written fails, and says so', () => {
  const steps = chain(16, (before) => ({ a: before, b: before }));
  const output = Array.from({ length: 200 }, () => last('v15'));
  expect(endOf(run(steps, output))).toEqual(['failed', 'RECORD_TOO_LARGE']);
});

const retry = { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 };
const often = Array.from({ length: 400 }, () => last('v15'));
const doubled = chain(16, (before) => ({ a: before, b: before }));

test.each([
  ['stage', { kind: 'stage', stage: 'read', input: often, retry, timeoutMs: 1_000, predecessors: ['v15'] }],
  ['person', { kind: 'review', show: often, schema: {}, predecessors: ['v15'] }],
])('a %s that would be given more than anything holds is not asked, and the step is parked without it', (_, step) => {
  const decided = run({ ...doubled, asked: step }, null);
  expect(endOf(decided)).toEqual(['dead-lettered', 'RECORD_TOO_LARGE']);
  expect(decided.requests).toEqual([]);
  expect(JSON.stringify(decided.facts).length).toBeLessThan(20_000_000);
});

test('what a plan makes within its bounds is the output as it is', () => {
  const { run: done } = run(
    chain(3, (before) => ({ a: before })),
    last('v2'),
  );
  expect(done).toMatchObject({ status: 'completed', output: { a: { a: 'x' } } });
});
