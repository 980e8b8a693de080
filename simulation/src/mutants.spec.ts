import fc from 'fast-check';
import { MUTANTS } from './mutants.js';
import { nothingGoesWrong } from './simulation.js';

describe('the simulation finds, and tells of in a case that one can read, a bug in', () => {
  test.each(Object.entries(MUTANTS))('%s', (_, rules) => {
    const { counterexample, errorInstance } = fc.check(nothingGoesWrong(rules), { numRuns: 2_000 });
    const story = (errorInstance as Error | undefined)?.message;
    expect(story).toMatch(/^What is wrong:\n {2}.+\nThe plan:\n {2}s0: .+\nWhat happened:\n {2}taken on: /s);
    expect(counterexample?.[0].sketches.length).toBeLessThanOrEqual(8);
  });
});
