export { type Mapping, Plan, PlanStep, RetryPolicy, StageStep, WaitStep } from './plan.js';
