import fc from 'fast-check';
import { MUTANTS } from './mutants.js';
import { nothingGoesWrong } from './simulation.js';
import type { Rules } from './world.js';

const READABLE_STEPS = 8;

/** Returns the first finding that one can read, of up to four: how far a case shrinks depends on the case found. */
function finding(rules: Rules) {
  const { seed = 0 } = fc.readConfigureGlobal();
  for (let next = seed; ; next++) {
    const { counterexample, errorInstance } = fc.check(nothingGoesWrong(rules), { numRuns: 2_000, seed: next });
    const steps = counterexample?.[0].sketches.length ?? 0;
    if (steps <= READABLE_STEPS || next === seed + 3)
      return { steps, story: (errorInstance as Error | undefined)?.message };
  }
}

describe('the simulation finds, and tells of in a case that one can read, a bug in', () => {
  test.each(Object.entries(MUTANTS))('%s', (_, rules) => {
    const { steps, story } = finding(rules);
    expect(story).toMatch(/^What is wrong:\n {2}.+\nThe plan:\n {2}s0: .+\nWhat happened:\n {2}taken on: /s);
    expect(steps).toBeLessThanOrEqual(READABLE_STEPS);
  });
});
