import { FAILURE, INPUT } from '../authoring/names.js';
import { needsOf } from '../authoring/reads.js';
import { PlanError } from './plan-error.js';
import type { Plan, PlanStep } from './plan.js';

/** The name of the plan whose run handles a failure, in references to plans; no step can have this name. */
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
