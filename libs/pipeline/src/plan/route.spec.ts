import fc from 'fast-check';
import { runIdOf } from '@millrace/contracts';
import { deployed, planFor, promoted, rolledBack, type Route, withCanary } from '../engine.js';

const route: Route = { current: 'one', before: undefined, canary: undefined };
const runs = Array.from({ length: 4_000 }, (_, i) => runIdOf('letters', String(i)));
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('the canary', () => {
  test('gets about its share of new runs, and the same ones whenever it is asked', () => {
    fc.assert(
      fc.property(share, (share) => {
        const canary = runs.filter((run) => planFor(withCanary(route, 'two', share), run) === 'two');
        expect(Math.abs(canary.length / runs.length - share)).toBeLessThan(0.04);
        expect(canary).toEqual(runs.filter((run) => planFor(withCanary(route, 'two', share), run) === 'two'));
      }),
      { numRuns: 20 },
    );
  });

  test('keeps its runs when its share grows', () => {
    fc.assert(
      fc.property(share, share, fc.constantFrom(...runs), (a, b, run) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        if (planFor(withCanary(route, 'two', small), run) === 'two')
          expect(planFor(withCanary(route, 'two', large), run)).toBe('two');
      }),
    );
  });

  test('of everything gets every run', () => {
    expect(runs.every((run) => planFor(withCanary(route, 'two', 1), run) === 'two')).toBe(true);
  });
});

describe('a route', () => {
  test('goes to the plan that was deployed last, and back', () => {
    const second = deployed(deployed(undefined, 'one', undefined), 'two', undefined);
    expect(second).toEqual({ current: 'two', before: 'one', canary: undefined });
    expect(rolledBack(second)).toEqual({ current: 'one', before: 'two', canary: undefined });
  });

  test('leaves the current plan alone while a canary is tried, promoted or taken back', () => {
    const trying = deployed(route, 'two', 0.1);
    expect(trying).toEqual({ current: 'one', before: undefined, canary: { plan: 'two', share: 0.1 } });
    expect(promoted(trying)).toEqual({ current: 'two', before: 'one', canary: undefined });
    expect(rolledBack(trying)).toEqual(route);
  });

  test('says so where there is nothing to promote or to go back to', () => {
    expect([promoted(route), rolledBack(route)]).toEqual([undefined, undefined]);
  });

  test('is as it was when the same plan is deployed again', () => {
    expect(deployed(route, 'one', undefined)).toEqual(route);
    expect(deployed(route, 'one', 0.5)).toEqual(route);
  });
});
