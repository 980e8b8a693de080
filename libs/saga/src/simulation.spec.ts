import fc from 'fast-check';
import { decide, type Decision } from './decide.js';
import { RULES, type Rules, script, violations, World } from './world.fixture.js';

const CASES = 10_000;

const live = (rules: Rules, maxSteps = 8) =>
  fc.property(script(maxSteps), fc.boolean(), (one, cancelled) => {
    const world = new World(one, rules);
    if (cancelled) world.cancel();
    world.settle();
    expect(violations(world)).toEqual([]);
    world.redriveAll();
    world.settle();
    expect(violations(world)).toEqual([]);
  });

describe('whatever happens to a run, in whatever order', () => {
  test('it ends, each step has one result, and no attempt is sent twice', () => {
    fc.assert(live(RULES), { numRuns: CASES });
  });

  test('large plans too', () => {
    fc.assert(live(RULES, 30), { numRuns: 500 });
  });
});

/** `decide` with one rule broken. */
const broken = (change: (given: Parameters<typeof decide>, decision: Decision) => Decision): Rules => ({
  ...RULES,
  decide: (...given) => change(given, decide(...given)),
});

describe('the simulation notices', () => {
  const notices = (rules: Rules) => {
    const found = fc.check(live(rules), { numRuns: CASES, endOnFailure: true, interruptAfterTimeLimit: 20_000 });
    expect(found.failed).toBe(true);
  };

  test('a coordinator that sends what the stage has handed off already', () =>
    notices({
      ...RULES,
      decide: (run, event, context) =>
        decide(run, event.type === 'step.completed' ? { ...event, next: undefined } : event, context),
    }));

  test('a coordinator that loses a timer', () =>
    notices(
      broken(([run, event], decision) => (event.type === 'run.woken' ? { run, facts: [], requests: [] } : decision)),
    ));

  test('a coordinator that forgets to write a fact down', () =>
    notices(
      broken((_, decision) => ({ ...decision, facts: decision.facts.filter((fact) => fact.type !== 'step.skipped') })),
    ));

  test('a coordinator that applies a redrive twice', () =>
    notices(
      broken(([run], decision) =>
        decision.facts.some((fact) => fact.type === 'step.redriven')
          ? {
              ...decision,
              requests: [...decision.requests, ...decision.requests],
              run: { ...decision.run, seq: run.seq },
            }
          : decision,
      ),
    ));

  test('a stage that hands off what waits for others too', () =>
    notices({
      ...RULES,
      handOff: (plan, step, known) => ({
        wanted: plan
          .successors(step)
          .flatMap((next) =>
            plan.step(next).kind === 'stage'
              ? [{ step: next, kind: 'stage' as const, stage: 'work', input: null }]
              : [],
          ),
        skipped: RULES.handOff(plan, step, known).skipped,
      }),
    }));
});
