import type { Failure } from '@millrace/contracts';
import type { Builder } from '../authoring/builder.js';
import type { AnyHandler } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import { factsOf } from './failure-facts.js';
import type { Scope } from '../authoring/mapping.js';
import { FAILURE, INPUT } from '../authoring/names.js';
import { PlanError } from '../plan/plan-error.js';
import type { LoadedPlan } from '../plan/plan-model.js';
import { HANDLER } from '../plan/handler-plan.js';
import type { HandlerPlan } from '../plan/plan.js';
import { type Ref, type RefOf, referenceOf, refTo } from '../authoring/reference.js';

/** Returns the values that the run of a pipeline's failure handler is given: those that it reads, as far as they are there. */
export function givenToHandler(plan: LoadedPlan, options: { failure: Failure; step: string }, scope: Scope): Scope {
  const all: Scope = {
    ...(!plan.plan.steps[FAILURE] && { [FAILURE]: factsOf(options.failure, options.step) }),
    ...scope,
  };
  const { given = [] } = plan.child(HANDLER).plan;
  return Object.fromEntries(given.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]));
}

/** A step's output that need not be there. */
function known(ref: RefOf<unknown>): Ref<never> {
  const reference = referenceOf(ref);
  if (reference?.is !== 'ref') throw new PlanError('BAD_HANDLER', 'only a step’s output can be known or not');
  return refTo({ ...reference.source, mayBeAbsent: true }, reference.path);
}

/** Returns the failure handler for the plan. */
export function handlerOf(builder: Builder, handler: AnyHandler): HandlerPlan {
  const { stage, input, retry, timeout, startTimeout = '10m' } = handler;
  builder.outputOf(stage, HANDLER);
  const given = builder.failing((failure: unknown) => input(failure as Ref<never>, known), HANDLER);
  const certain = given.sources.find(({ name, mayBeAbsent }) => name !== INPUT && !mayBeAbsent);
  if (certain) throw new PlanError('BAD_HANDLER', `it reads "${certain.name}", which may not have ended`);
  return {
    stage: stage.name,
    input: given.mapping,
    ...builder.tries(
      { ...(retry !== undefined && { retry }), ...(timeout !== undefined && { timeout }) },
      stage,
      HANDLER,
    ),
    startTimeoutMs: millisecondsOf(startTimeout, HANDLER),
  };
}
