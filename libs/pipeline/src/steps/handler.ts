import type { Failure } from '@millrace/contracts';
import type { Builder } from '../authoring/builder.js';
import type { AnyHandler } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import { factsOf } from './fallbacks.js';
import type { Scope } from '../authoring/mapping.js';
import { FAILURE, INPUT } from '../authoring/names.js';
import { PlanError } from '../plan/plan-error.js';
import type { LoadedPlan } from '../plan/plan-model.js';
import type { HandlerPlan, Plan, PlanStep } from '../plan/plan.js';
import { needsOf } from '../authoring/reads.js';
import { type Ref, type RefOf, referenceOf, refTo } from '../authoring/reference.js';

/** How references to plans name that of the run which handles a failure; no step can have this name. */
export const HANDLER = 'on:failure';
/** The only step of that run. */
const STEP = 'onFailure';

/** The plan of the run in which a pipeline's handler is asked. Throws a PlanError for a plan without one, or one that reads what does not exist. */
export function handlerPlan(plan: Plan): Plan {
  const handler = plan.onFailure?.handler;
  if (!handler) throw new PlanError('UNKNOWN_STEP', 'nothing handles failures of the pipeline');
  const { pipeline } = plan;
  const given = [...new Set(needsOf([handler.input], HANDLER))];
  const unknown = given.find((name) => ![INPUT, FAILURE, ...(plan.given ?? [])].includes(name) && !plan.steps[name]);
  if (unknown !== undefined)
    throw new PlanError('UNKNOWN_STEP', `what handles failures reads "${unknown}", which does not exist`);
  const step: PlanStep = { kind: 'stage', ...handler, predecessors: [] };
  return { format: 1, pipeline, inputSchema: {}, given, steps: { [STEP]: step }, output: { $ref: [STEP] } };
}

/** Returns the values that the run of a pipeline's failure handler is given: those that it reads, as far as they are there. */
export function givenToHandler(plan: LoadedPlan, of: { failure: Failure; step: string }, known: Scope): Scope {
  const all: Scope = { ...(!plan.plan.steps[FAILURE] && { [FAILURE]: factsOf(of.failure, of.step) }), ...known };
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
export function handlerOf(builder: Builder, of: AnyHandler): HandlerPlan {
  const { stage, input, retry, timeout, startTimeout = '10m' } = of;
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
