// For those who write pipelines and stages; what services need of a plan is in `@millrace/pipeline/engine`.
export { fromTopic } from './steps/signal-source.js';
export { PlanError } from './plan/plan-error.js';
export {
  and,
  cel,
  Condition,
  eq,
  gt,
  gte,
  includes,
  isPresent,
  lt,
  lte,
  ne,
  not,
  or,
  type Test,
} from './authoring/conditions.js';
export type {
  Define,
  FallbackOptions,
  Pipeline,
  ReviewOptions,
  StepOptions,
  WaitOptions,
} from './authoring/definition.js';
export { type Duration } from './authoring/duration.js';
export { pipeline, type PipelineOptions } from './authoring/pipeline.js';
export { orElse, type Ref, type RefOf } from './authoring/reference.js';
export {
  defineStage,
  type StageInput,
  type In,
  type Out,
  type StageOutput,
  type Retry,
  type StageContract,
} from './authoring/stage-contract.js';
export { cron, type CronOptions, topic, type TopicOptions } from './starts/start-definition.js';
