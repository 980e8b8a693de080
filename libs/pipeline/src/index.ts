export {
  type Advance,
  advance,
  carriedWith,
  handOff,
  type HandOff,
  inputOf,
  outputOf,
  type Progress,
  type StepMark,
  type Wanted,
} from './advance.js';
export { hashOf } from './hash.js';
export type { Known } from './mapping.js';
export { type Mapping, Plan, PlanStep, RetryPolicy, StageStep, WaitStep } from './plan.js';
export { PLAN_ERRORS, PlanError, type PlanErrorCode } from './plan-error.js';
export { type LoadedPlan, loadPlan } from './plan-model.js';
