import { OffsetWindow } from '@millrace/broker-kafka/window';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { type Decision, type Run, stepOf } from '@millrace/saga';
import { type Rules, RULES } from './world.js';

type Decide = Rules['decide'];
type Compiled = LoadedPlan['compiled'];

const deciding = (decide: (...given: Parameters<Decide>) => Decision): Rules => ({ ...RULES, decide });

/** `decide` that finds a changed plan: what it calls `advance` with. */
const advancing = (change: (step: Compiled['steps'][number]) => Compiled['steps'][number]): Rules => {
  const changed = (plan: LoadedPlan): LoadedPlan => ({
    ...plan,
    compiled: { ...plan.compiled, steps: plan.compiled.steps.map(change) },
  });
  return {
    ...RULES,
    accept: (request, plan) => RULES.accept(request, changed(plan)),
    decide: (run, event, { plan, at }) => RULES.decide(run, event, { plan: changed(plan), at }),
  };
};

const withWindow = (Broken: new (size: number) => OffsetWindow): Rules => ({
  ...RULES,
  window: (size) => new Broken(size),
});

/** The rules, each time with one of them broken. The simulation has to notice every one. */
export const MUTANTS: Readonly<Record<string, Rules>> = {
  'decide: sends what the stage has handed off already': deciding((run, event, context) =>
    RULES.decide(run, event.type === 'step.completed' ? { ...event, next: undefined } : event, context),
  ),
  'decide: loses a timer': deciding((run, event, context) =>
    event.type === 'run.woken' ? { run, facts: [], requests: [], events: [] } : RULES.decide(run, event, context),
  ),
  'decide: forgets to write a fact down': deciding((...given) => {
    const decision = RULES.decide(...given);
    return { ...decision, facts: decision.facts.filter((fact) => fact.type !== 'step.skipped') };
  }),
  'decide: applies a redrive twice': deciding((run, event, context) => {
    const decision = RULES.decide(run, event, context);
    if (!decision.facts.some((fact) => fact.type === 'step.redriven')) return decision;
    return { ...decision, requests: [...decision.requests, ...decision.requests] };
  }),
  'decide: takes the result of an attempt that was given up': deciding((run, event, context) =>
    RULES.decide(run, 'attempt' in event ? { ...event, attempt: stepOf(run, event.step).attempt } : event, context),
  ),
  'decide: goes on with a run that was cancelled': deciding((run, event, context) =>
    RULES.decide(run.status === 'cancelled' ? { ...run, status: 'running' } : run, event, context),
  ),
  'decide: goes on with a run that is paused': deciding((run, event, context) =>
    RULES.decide({ ...run, paused: undefined }, event, context),
  ),
  'decide: forgets what happened during a pause': deciding((run, event, context) =>
    RULES.decide(run.paused ? { ...run, paused: { ...run.paused, happened: [] } } : run, event, context),
  ),
  'decide: forgets a lookup that is answered during a pause': deciding((run, event, context) =>
    event.type === 'step.looked-up' && run.paused
      ? { run, facts: [], requests: [], events: [] }
      : RULES.decide(run, event, context),
  ),
  'decide: asks the stage for an output that the cache has': deciding((run, event, context) => {
    const decision = RULES.decide(run, event, context);
    if (event.type !== 'step.looked-up' || !event.hit || decision.facts.length === 0) return decision;
    const { hit: _, ...missed } = event;
    const { requests } = RULES.decide(run, missed, context);
    return { ...decision, requests: [...decision.requests, ...requests] };
  }),
  'decide: never gives up trying': deciding((run, event, context) => {
    const fresh = [...run.steps].map(([name, step]) => [name, { ...step, failures: {} }] as const);
    const forgetful: Run = { ...run, steps: new Map(fresh) };
    return RULES.decide(event.type === 'step.failed' ? forgetful : run, event, context);
  }),
  'advance: begins a join when its first step has ended': advancing((step) => ({
    ...step,
    predecessors: step.predecessors.slice(0, 1),
  })),
  'advance: takes a condition that cannot be told for one that does not hold': advancing((step) => ({
    ...step,
    when: step.when && { ...step.when, holds: (known) => step.when?.holds(known) === true },
  })),
  'advance: begins what its condition excludes': advancing((step) => ({ ...step, when: undefined })),
  'hand-off: hands off what waits for others too': {
    ...RULES,
    handOff: (plan, step, known) => {
      const stages = plan.successors(step).filter((next) => plan.step(next).kind === 'stage');
      const wanted = stages.map((next) => ({ step: next, kind: 'stage' as const, stage: 'work', input: null }));
      return { wanted, skipped: RULES.handOff(plan, step, known).skipped };
    },
  },
  'hand-off: lets nothing travel along': {
    ...RULES,
    handOff: (plan, step, known) => {
      const { wanted, skipped } = RULES.handOff(plan, step, known);
      return { wanted: wanted.map(({ known: _, ...next }) => next), skipped };
    },
  },
  'window: commits past what is not finished': withWindow(
    class extends OffsetWindow {
      private reached = 0;
      override take(offset: number) {
        this.reached = Math.max(this.reached, offset + 1);
        return super.take(offset);
      }
      override commitPoint() {
        return { offset: Math.max(this.reached, super.commitPoint().offset), metadata: '' };
      }
    },
  ),
  'window: forgets what is done above the mark': withWindow(
    class extends OffsetWindow {
      override commitPoint() {
        return { ...super.commitPoint(), metadata: '' };
      }
    },
  ),
  'window: takes a commit of which nothing was heard for one that failed': withWindow(
    class extends OffsetWindow {
      override isDone() {
        return false;
      }
    },
  ),
  'window: hands out again what is offered again': withWindow(
    class extends OffsetWindow {
      override take(offset: number) {
        super.take(offset);
        return !this.isDone(offset);
      }
    },
  ),
  'window: has no bound': withWindow(
    class extends OffsetWindow {
      override fits() {
        return true;
      }
    },
  ),
};
