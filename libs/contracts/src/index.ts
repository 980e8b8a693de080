export { type BackOff, backOffMs } from './back-off.js';
export { BoundedMap } from './values/bounded-map.js';
export { seededRandom, shuffle } from './values/seeded-random.js';
export { cut } from './values/cut.js';
export { fieldsOf } from './values/fields.js';
export { WebhookBody, WebhookType } from './records/webhooks.js';
export { Degraded, InsteadOf } from './records/degraded.js';
export {
  AnnouncedContract,
  DeploymentOutcome,
  DeploymentRequest,
  DeployRequested,
  type PipelinePauseRequested,
  type PipelineResumeRequested,
  type RecoveryRequested,
  RouteRequested,
  ScheduleMakeRequested,
  ScheduleRemoveRequested,
  Share,
  StageSchemas,
} from './records/deployments.js';
export {
  ActOutcome,
  JobChangeRequested,
  JobItemStatus,
  JobRequested,
  JobStatus,
  JobWork,
  type CompareWork,
  type EraseWork,
  isRunWork,
  LetterWork,
  MOST_COMPARED,
  MOST_REPLAYED,
  type ReplayWork,
  type RunSelection,
  type RunWork,
  isLetterRequest,
  LetterAct,
  type ReplayRequested,
  type RunNoteRequested,
  type ActDone,
  type RunTagRequested,
  LetterActRequested,
  LetterFilter,
  type LetterRequest,
  LetterStatus,
  MAX_REDRIVES,
  redrivesUsedUp,
  replayIdOf,
  MOST_JOB_ITEMS,
  MOST_NOTES,
  MOST_PER_SECOND,
  MOST_TAGS,
} from './records/letter-acts.js';
export { Fact } from './records/facts.js';
export { MOST_OUTCOMES, OutcomeName, OutcomeReported, OutcomeValue, readOutcome } from './records/outcomes.js';
export { detailsOf, Failure, FAILURES, failure, type FailureCode, FailureKind, remedyOf } from './failures.js';
export { cloudEvent, EVENT_TYPE, HEADER, headerFailure, headerText } from './records/headers.js';
export { fingerprintOf, messagePattern } from './values/fingerprint.js';
export { derivedId, randomId, runIdOf, stepIdempotencyKey } from './values/ids.js';
export {
  JSON_DEPTH,
  type JsonBounds,
  jsonFailure,
  jsonSize,
  jsonFault,
  type JsonReading,
  readJson,
  RECORD_DEPTH,
  utf8,
} from './values/json.js';
export type { JsonFault } from './values/json-fault.js';
export {
  FinishReason,
  ModelAnswer,
  type ModelCall,
  type ModelCaller,
  type ModelInterceptor,
  ModelUsage,
} from './model-call.js';
export { pointerOf } from './values/json-pointer.js';
export { isKept } from './values/json-text.js';
export {
  Attempt,
  byWhom,
  Count,
  DurationMs,
  Id,
  IdempotencyKey,
  isAttempt,
  isStepName,
  isText,
  isTimeMs,
  LAST_TIME,
  LONGEST_MS,
  Name,
  Person,
  PlanReference,
  PositiveCount,
  readTime,
  Reason,
  StepName,
  text,
  TimeMs,
  timeText,
  Traceparent,
} from './values/values.js';
export {
  ChildStatus,
  Control,
  Parent,
  RunCancelRequested,
  RunEvent,
  RunMoveRequested,
  RunReplayRequested,
  RunRequested,
  type RunRequest,
  RunWoken,
  StepChild,
  StepCommand,
  StepCompleted,
  StepFailed,
  StepProgress,
  StepRedriven,
  StepSignalled,
} from './records/records.js';
export { ParkedStep, RunResult } from './records/results.js';
export { isRunId } from './records/of-step.js';
export {
  BLOB_KEY,
  type BlobForm,
  type BlobName,
  blobNameText,
  BlobReference,
  blobsIn,
  eachBlob,
  isBlobReference,
  mayMentionBlob,
  mentionsBlob,
  mentionsForeignBlob,
  withoutOwners,
} from './records/blobs.js';
export { isStepCommand, isStepEnd } from './record-guards.js';
export { type ReadEvent, readCommand, readControl, readDeploymentRequest, readEvents } from './records/reading.js';
export {
  attemptId,
  commandRecord,
  contractRecord,
  controlRecord,
  deploymentRecord,
  eventRecord,
  eventsRecord,
  eventTextRecord,
  intakeRecord,
  limitsRecord,
  stepTextRecord,
  stepWatchRecord,
  modelAnswerRecord,
  modelCallRecord,
  modelGrantsRecord,
  modelLedgerRecord,
  modelRecord,
  outcomeRecord,
  parkedStepRecord,
  planRecord,
  resultRecord,
  runPauseRecord,
  stagePauseRecord,
  type WireRecord,
} from './records/wire.js';
export {
  BUDGET_ACTIONS,
  budgetKey,
  BudgetState,
  LedgerEntry,
  ledgerKey,
  microsOf,
  ModelBudget,
  MeteredCall,
  ModelCallEvent,
  ModelCallEvents,
  ModelGrant,
  ModelGrants,
  ModelPrices,
  ModelQuota,
  ModelSpending,
  ModelSums,
  type TokenUsage,
  waitingKey,
  PRICES_KEY,
  quotaKey,
  QuotaKey,
  QuotaState,
  ReservedCall,
} from './records/models.js';
export { STREAM_MOST, STREAM_PART, StepText, StepWatch } from './records/streams.js';
export { MadeCall, madeCallOf, MadeCalls, MOST_MADE_CALLS } from './records/made-calls.js';
export { KeptCall } from './records/model-answers.js';
export { Priority, PRIORITY_SHARES, StageLimits } from './records/limits.js';
export { type Misspelt, misspeltSettings, misspeltText, SETTINGS } from './values/misspelt.js';
export { mediaTypeOf } from './values/media-type.js';
export { retryAfterOf } from './values/retry-after.js';
export { present } from './values/present.js';
export { nearestName } from './values/nearest-name.js';
export { RunPause, runPauseKey, STAGE_PAUSES, StagePause, stagePauseKey } from './records/pauses.js';
export {
  GatheredRecords,
  MissingRun,
  PartitionStanding,
  RecoveredPartition,
  RecoveryReport,
} from './records/recovery.js';
export { FinerState, isOver, RunState, RunStatus, StepStatus } from './records/statuses.js';
export { DEFAULT_TOPIC_PREFIX, groupsOf, type Topics, topicsOf } from './records/topics.js';
export {
  acceptedTraceparent,
  derivedSpanId,
  readTraceparent,
  type TraceContext,
  type TraceIds,
  traceIdsOf,
  traceparentText,
} from './trace-context.js';
export { deadLetterIdFor, deadLetterIdOf, type TakenRecord, UNREADABLE, unreadable } from './records/unreadable.js';
export { withoutLogins } from './values/url-logins.js';
export { AttemptTicket, readTicket, signTicket } from './callbacks.js';
export { endpointFailure } from './endpoint-problem.js';
