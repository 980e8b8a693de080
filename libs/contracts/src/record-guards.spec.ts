import fc from 'fast-check';
import { isStepCommand, isStepEnd, RunEvent, StepCommand } from './index.js';

const run = `run_${'0'.repeat(26)}`;
const command = { run, plan: 'p', step: 'a', attempt: 1, at: 1, timeoutMs: 1, expires: 2, input: { a: 1 } };
const all = { ...command, ownAttempt: 1, asked: 1, known: { b: 1 }, priority: 'low', tenant: 't', links: ['00-a'] };
const end = { type: 'step.completed', run, step: 'a', attempt: 1, at: 1, startedAt: 1, output: null };
const whole = { ...end, trace: '00-a', next: ['b'], skipped: ['c'], degraded: true };

/** A document in which some fields are replaced by values that are wrong here or there. */
const changed = (document: object) =>
  fc
    .dictionary(
      fc.constantFrom(...Object.keys(document), 'insteadOf'),
      fc.constantFrom<unknown>(
        ...['', 'x', 'x'.repeat(201), 'x'.repeat(2_001), 'a\0', '\ud800', run, 'high', 'urgent', undefined, null, true],
        ...[0, 1, -1, 1.5, 1e300, 3e9, 2_147_483_648, [], ['a'], ['\0'], [1], ['x'.repeat(201)], {}, { '': 1 }],
      ),
      { maxKeys: 3 },
    )
    .map((over) => ({ ...document, ...over }));

test('what is taken for a command, or for the end of a step, without its schema is one by its schema', () => {
  expect([isStepCommand(command), isStepCommand(all), isStepEnd(end)]).toEqual([true, true, true]);
  const accepted = { commands: 0, ends: 0 };
  fc.assert(
    fc.property(changed(all), changed(whole), (aCommand, anEnd) => {
      if (isStepCommand(aCommand)) {
        accepted.commands++;
        expect(StepCommand.safeParse(aCommand).success).toBe(true);
      }
      if (isStepEnd(anEnd)) {
        accepted.ends++;
        expect(RunEvent.safeParse(anEnd).success).toBe(true);
      }
    }),
    { seed: 1, numRuns: 5_000 },
  );
  expect(accepted.commands).toBeGreaterThan(100);
});

test.each([
  ['a priority that there is not', { priority: 'urgent' }],
  ['a tenant that is too long', { tenant: 'x'.repeat(201) }],
  ['a plan that is too long', { plan: 'x'.repeat(2_001) }],
  ['a link that is too long', { links: ['x'.repeat(201)] }],
])('a command with %s is none', (_, over) => {
  expect([isStepCommand({ ...all, ...over }), StepCommand.safeParse({ ...all, ...over }).success]).toEqual([
    false,
    false,
  ]);
});
