import { experiment } from './experiment.js';
import type { MutantName } from './options.js';
import { report } from './report.js';

/** Runs an experiment, and shows its messages if it fails. */
async function told(options: { seed: number; runs: number; faults: number; spanMs: number; mutant?: MutantName }) {
  const lines: string[] = [];
  const outcome = await experiment({ ...options, layout: 'together', say: (line) => lines.push(line) });
  return { ...outcome, story: [...lines, report(options.seed, outcome)].join('\n') };
}

test('whatever is killed, frozen, cut, slowed, repeated, poisoned or full: every run ends once, as it has to', async () => {
  const { violations, story } = await told({ seed: 7, runs: 300, faults: 14, spanMs: 30_000 });
  if (violations.length > 0) throw new Error(story);
}, 900_000);

test('without hand-over members that come and go repeat calls, and the harness tells', async () => {
  const { violations } = await told({ seed: 3, runs: 20, faults: 1, spanMs: 2_000, mutant: 'no-hand-over' });
  expect(violations.filter(({ what }) => what.startsWith('called for ')).length).toBeGreaterThan(0);
}, 480_000);

test.each([
  ['without fencing', 'no-fencing', 2],
  ['with offsets outside the transaction', 'offsets-outside', 5],
] as const)(
  '%s the same is not so, and the harness tells',
  async (_, mutant, faults) => {
    const { violations } = await told({ seed: 1, runs: 150, faults, spanMs: 12_000, mutant });
    const repeated = violations.filter(({ what }) => / times$| records on results$/.test(what));
    expect(repeated.length).toBeGreaterThan(0);
  },
  300_000,
);
