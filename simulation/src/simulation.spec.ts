import fc from 'fast-check';
import { nothingGoesWrong } from './simulation.js';

const PLANS = 2_000;

test('whatever happens to a run, in whatever order: it ends, each step has one result, and no attempt is sent twice', () => {
  let [cases, large] = [0, 0];
  const count = nothingGoesWrong(undefined, ({ sketches, courses }) => {
    cases += courses.length;
    if (sketches.length > 20) large += courses.length;
  });
  fc.assert(count, { numRuns: PLANS });
  expect(cases).toBeGreaterThan(4 * PLANS);
  expect(large).toBeGreaterThan(cases / 20);
});
