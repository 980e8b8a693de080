// For services: checking, loading, advancing and comparing plans.
export {
  type Advance,
  advance,
  cacheKeyOf,
  carriedWith,
  fallbackInputOf,
  givenTo,
  handOff,
  isLoopOver,
  type HandOff,
  inputOf,
  outputOf,
  type RunProgress,
  standInFor,
  type StepMark,
  type WantedStep,
} from './plan/advance.js';
export {
  type Content,
  contentKey,
  type Contents,
  ContentUnreadable,
  ContentWanted,
  NO_CONTENTS,
  readably,
  withContents,
} from './plan/contents.js';
export { type Candidate, checkPlan, checkSchedule, MOST_STEPS, usablePlan } from './plan/check-plan.js';
export { type ContractMisfit, contractMisfits, type KnownContracts } from './plan/contract-fit.js';
export { type Misfit, misfits } from './schemas/containment.js';
export { type Difference, differences } from './plan/diff.js';
export { breaks, isUsable, schemasOf } from './plan/evolution.js';
export { fallbackAfter, fallbacksOf, workOf } from './plan/fallbacks.js';
export type { FailureFacts } from './steps/failure-facts.js';
export { HANDLER } from './plan/handler-plan.js';
export { givenToHandler } from './steps/handler.js';
export { canonicalJson, hashOf } from './plan/hash.js';
export { type Attributes, type AttributeValue, type Labels, LONGEST_ATTRIBUTE } from './plan/labels.js';
export {
  type Field,
  type Fields,
  type Filter,
  FilterError,
  type Literal,
  type Ordering,
} from './search/filter-model.js';
export { readFilter } from './search/filter.js';
export { makeLinear } from './schemas/linear-contract.js';
export type { Scope } from './authoring/mapping.js';
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
} from './plan/plan.js';
export { planCache } from './plan/plan-cache.js';
export { itemName, itemOf, type ItemRange, CHUNK_NAME, rangeOf } from './plan/item-names.js';
export {
  firstOf,
  isChunked,
  keysOf,
  listOf,
  type Chunk,
  type ChunkedList,
  chunkIn,
  shareOf,
  sliceOf,
  spreadOf,
} from './plan/items.js';
export { type Assigned, assignedTo } from './steps/recipients.js';
export {
  awaitedBy,
  correlationOf,
  type FromTopic,
  type FromTopicOptions,
  type LoadedSource,
  loadSource,
  signalIn,
  sourcesOf,
  type TopicSignal,
  UNWANTED,
} from './steps/signal-source.js';
export { PLAN_ERRORS, type PlanErrorCode } from './plan/plan-error.js';
export { type LoadedPlan, loadPlan } from './plan/plan-model.js';
export { outermostOf, planWithin } from './plan/plan-reference.js';
export { millisecondsOf } from './authoring/duration.js';
export { type Mapped } from './authoring/reference.js';
export { summarize } from './summary.js';
export { mermaid } from './plan/mermaid.js';
export { type StartOptions, type TopicRecord } from './starts/start-definition.js';
export { type Due, dueTicks, nextTick, tickAsks } from './starts/schedule.js';
export {
  Concurrency,
  Gather,
  type LoadedStarts,
  type LoadedTrigger,
  loadStarts,
  Schedule,
  Starts,
  Trigger,
} from './starts/starts.js';
export { type BatchWindow, type CollectedRecord, intoWindow } from './starts/batch-window.js';
export {
  dropReason,
  type SlotChanges,
  unlimitedSlot,
  slotFor,
  type SlotGrant,
  type SlotRequest,
  replaceReason,
  type SlotNotice,
} from './starts/slots.js';
export { placeOf } from './starts/topic-record.js';
export { type Asking, inputOfBatch, TOO_LARGE, triggered } from './starts/triggered.js';
export { deployed, planFor, promoted, rolledBack, type Route, withCanary } from './plan/route.js';
export { typesOfField } from './schemas/json-schema.js';
export { stagesOf, stagesOfStep } from './authoring/stages.js';
export { isUndo, undoName, undoneBy } from './steps/undo.js';
export { validateAnswer, validateInput, valueProblems } from './schemas/validation.js';
export { referred } from './schemas/subschemas.js';
