export {
  type Advance,
  advance,
  carriedWith,
  fallbackInputOf,
  givenTo,
  handOff,
  isLoopOver,
  type HandOff,
  inputOf,
  outputOf,
  type Progress,
  standInFor,
  type StepMark,
  type Wanted,
} from './advance.js';
export { type Candidate, checkPlan, checkSchedule, MOST_STEPS, usablePlan } from './check-plan.js';
export { type ContractMisfit, contractMisfits, type KnownContracts } from './contract-fit.js';
export { type Misfit, misfits } from './containment.js';
export { type Difference, differences } from './diff.js';
export { breaks, isUsable, schemasOf } from './evolution.js';
export { type FailureFacts, fallbackAfter, fallbacksOf, workOf } from './fallbacks.js';
export { givenToHandler, HANDLER } from './handler.js';
export { canonicalJson, hashOf } from './hash.js';
export { makeLinear } from './linear-contract.js';
export type { Known } from './mapping.js';
export {
  type Fallback,
  type ItemFailure,
  type LoopStep,
  type Mapping,
  type MapStep,
  Plan,
  PlanStep,
  type RaceStep,
  RetryPolicy,
  type RunStep,
  StageStep,
  WaitStep,
  type Work,
} from './plan.js';
export {
  firstOf,
  isPaged,
  itemName,
  itemOf,
  keysOf,
  listOf,
  PAGE_NAME,
  type Page,
  type PagedList,
  pageIn,
  rangeOf,
  shareOf,
  sliceOf,
  spreadOf,
} from './items.js';
export { type Assigned, assignedTo } from './recipients.js';
export {
  awaitedBy,
  correlationOf,
  type FromTopic,
  fromTopic,
  type FromTopicOptions,
  type LoadedSource,
  loadSource,
  signalIn,
  sourcesOf,
  type TopicSignal,
  UNWANTED,
} from './signal-source.js';
export { PLAN_ERRORS, PlanError, type PlanErrorCode } from './plan-error.js';
export { type LoadedPlan, loadPlan, outermostOf, planWithin } from './plan-model.js';
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
} from './conditions.js';
export type { Define, FallbackOptions, ReviewOptions, StepOptions, WaitOptions } from './definition.js';
export { type Duration, millisecondsOf } from './duration.js';
export { type Pipeline, pipeline, type PipelineOptions } from './pipeline.js';
export { type Mapped, orElse, type Ref, type RefOf } from './reference.js';
export {
  defineStage,
  type Given,
  type In,
  type Out,
  type Result,
  type Retry,
  type StageContract,
} from './stage-contract.js';
export { summarize } from './summary.js';
export { mermaid } from './mermaid.js';
export {
  cron,
  type CronOptions,
  type StartOptions,
  topic,
  type TopicOptions,
  type TopicRecord,
} from './start-definition.js';
export { type Due, dueTicks, nextTick, tickAsks } from './schedule.js';
export {
  Concurrency,
  Gather,
  type LoadedStarts,
  type LoadedTrigger,
  loadStarts,
  Schedule,
  Starts,
  Trigger,
} from './starts.js';
export { gathered, type GatheredRecord, type Gathering } from './gathering.js';
export {
  dropReason,
  type PlaceChanges,
  anyPlace,
  placeFor,
  type PlaceGiven,
  type PlaceWanted,
  replaceReason,
  type Told,
} from './places.js';
export { placeOf } from './topic-record.js';
export { type Asking, inputOfGathered, TOO_LARGE, triggered } from './triggered.js';
export { deployed, planFor, promoted, rolledBack, type Route, withCanary } from './route.js';
export { typesOfField } from './json-schema.js';
export { stagesOf } from './stages.js';
export { isUndo, undoName, undoneBy } from './undo.js';
export { validateAnswer, validateInput, valueProblems } from './validation.js';
export { referred } from './schema/subschemas.js';
