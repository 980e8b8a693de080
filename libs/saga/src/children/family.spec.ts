import fc from 'fast-check';
import { HANDLER, isUndo, itemOf } from '@millrace/pipeline/engine';
import type { Decision } from '../decide/decision.js';
import { firstMap, script } from './family-script.fixture.js';
import { RUN_RULES } from '../memory/runs-in-memory.js';
import { Family } from './family.fixture.js';
import { violations } from './family-violations.fixture.js';
import { stepOf } from '../run/run.js';

const tried = {
  maps: 0,
  loops: 0,
  races: 0,
  runs: 0,
  parked: 0,
  chunks: 0,
  failed: 0,
  claims: 0,
  escalations: 0,
  deadlines: 0,
  undone: 0,
  undoneRuns: 0,
  undosParked: 0,
  pauses: 0,
  childPauses: 0,
  fallbacks: 0,
  handlers: 0,
  degraded: 0,
  secondFallbacks: 0,
};

function lived(family: Family): void {
  for (let round = 0; round < 4; round++) {
    family.settle();
    expect(violations(family)).toEqual([]);
    family.redriveAll();
  }
  family.settle();
  expect(violations(family)).toEqual([]);
  for (const { facts } of family.members.values()) {
    for (const fact of facts) {
      if (fact.type === 'step.spread') tried[fact.as === 'map' && fact.keys ? 'chunks' : (`${fact.as}s` as const)] += 1;
      if (fact.type === 'step.requested' && fact.child) tried.runs += 1;
      if (fact.type === 'step.child') tried.parked += 1;
      if (fact.type === 'step.requested' && fact.fallback === true) tried.fallbacks += 1;
      if (fact.type === 'step.requested' && fact.fallback === 2) tried.secondFallbacks += 1;
      if (fact.type === 'step.completed' && fact.degraded) tried.degraded += 1;
      if (fact.type === 'run.failed') tried.failed += 1;
      if (fact.type === 'run.failed' && fact.handler) tried.handlers += 1;
      if (fact.type === 'run.paused') tried[fact.reason ? 'childPauses' : 'pauses'] += 1;
      if (fact.type === 'step.claimed') tried.claims += 1;
      if (fact.type === 'step.escalated') tried.escalations += 1;
      if ('failure' in fact && fact.failure?.code.endsWith('_DEADLINE_PASSED')) tried.deadlines += 1;
      if (fact.type === 'step.completed' && isUndo(fact.step)) tried.undone += 1;
      if (fact.type === 'run.compensating' && fact.undoes) tried.undoneRuns += 1;
      if (fact.type === 'step.dead-lettered' && isUndo(fact.step)) tried.undosParked += 1;
    }
  }
}

const live = (rules = RUN_RULES) => fc.property(script(fc.nat(6)), (one) => lived(new Family(one, rules)));

describe('whatever happens to a run and its child runs, in whatever order', () => {
  test('all of them end, each attempt is sent once, and lists are in order', () => {
    fc.assert(live(), { numRuns: 2_000 });
    const { chunks: _, ...all } = tried;
    // The rarest happens more than fifty times in 2,000 courses: that one is missing is not chance.
    expect(Object.entries(all).filter(([, times]) => times === 0)).toEqual([]);
  }, 300_000);

  test('maps of many chunks too', () => {
    fc.assert(
      fc.property(script(fc.integer({ min: 101, max: 320 }), firstMap), (one) => lived(new Family(one))),
      { numRuns: 60 },
    );
    expect(tried.chunks).toBeGreaterThan(30);
  }, 300_000);
});

describe('the simulation notices', () => {
  const notices = (rules: typeof RUN_RULES) => {
    // The same courses each time: whether one of them shows it must not be chance.
    const found = fc.check(live(rules), { numRuns: 5_000, endOnFailure: true, seed: 1 });
    expect(found.failed).toBe(true);
  };
  const broken = (change: (decision: Decision) => Decision): typeof RUN_RULES => ({
    accept: (...given) => change(RUN_RULES.accept(...given)),
    acceptChild: (...given) => change(RUN_RULES.acceptChild(...given)),
    decide: (...given) => change(RUN_RULES.decide(...given)),
  });

  test('a child that does not tell its parent that it failed', () =>
    notices(broken((one) => ({ ...one, events: one.events.filter(({ type }) => type !== 'step.failed') }))));

  test('a child that does not tell that it is parked', () =>
    notices(broken((one) => ({ ...one, events: one.events.filter(({ type }) => type !== 'step.child') }))));

  test('a parent that goes on without its children', () =>
    notices(broken((one) => ({ ...one, events: one.events.filter(({ type }) => type !== 'run.pause-requested') }))));

  test('a parent that leaves children behind', () =>
    notices(broken((one) => ({ ...one, events: one.events.filter(({ type }) => type !== 'run.cancel-requested') }))));

  test('an answer that counts although another has claimed the review', () =>
    notices({
      ...RUN_RULES,
      decide: (run, event, context) => {
        const claimedBy = event.type === 'step.signalled' ? stepOf(run, event.step).review?.claimedBy : undefined;
        const { facts, ...rest } = RUN_RULES.decide(
          run,
          claimedBy ? ({ ...event, by: claimedBy } as typeof event) : event,
          context,
        );
        const by = event.type === 'step.signalled' ? event.by : undefined;
        return { ...rest, facts: facts.map((fact) => (fact.type === 'step.answered' ? { ...fact, by } : fact)) };
      },
    }));

  test('a run that outlives its deadline', () =>
    notices({
      ...RUN_RULES,
      decide: (run, event, { plan, at }) =>
        RUN_RULES.decide(run, event, { plan: { ...plan, plan: { ...plan.plan, deadlineMs: undefined } }, at }),
    }));

  test('an undo that is forgotten', () =>
    notices(
      broken((one) => ({ ...one, events: one.events.filter(({ type }) => type !== 'run.compensate-requested') })),
    ));

  test('a run that undoes in the order in which it was done', () =>
    notices({
      ...RUN_RULES,
      decide: (run, ...given) => {
        const one = RUN_RULES.decide({ ...run, done: run.done.toReversed() }, ...given);
        return { ...one, run: { ...one.run, done: one.run.done.toReversed() } };
      },
    }));

  test('a handler that is not asked', () =>
    notices(
      broken((one) => ({
        ...one,
        events: one.events.filter((event) => event.type !== 'run.requested' || event.parent.step !== HANDLER),
      })),
    ));

  test('a child that does not tell that it is degraded', () =>
    notices(
      broken((one) => ({
        ...one,
        events: one.events.map((event) =>
          event.type === 'step.completed' ? { ...event, degraded: undefined } : event,
        ),
      })),
    ));

  test('an item that is begun twice', () =>
    notices(
      broken((one) => ({
        ...one,
        requests: one.requests.flatMap((request) => (itemOf(request.step) ? [request, request] : [request])),
      })),
    ));
});
