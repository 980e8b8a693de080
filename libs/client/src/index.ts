export { MillraceClient, type WatchOptions } from './client.js';
export type { BodyOf, CallOptions, ClientOptions, QueryOf } from './api.js';
export {
  MillraceError,
  MillraceProblem,
  MillraceUnexpectedAnswer,
  MillraceUnreachable,
  type ProblemCode,
} from './errors.js';
export { type FollowOptions, hasEnded, type RunFact, type RunHistory } from './follow.js';
export { type Page, Pages } from './pages.js';
export type { Audit } from './audit.js';
export type { DeadLetters } from './dead-letters.js';
export type { Jobs } from './jobs.js';
export type { DeployOptions, Pipelines } from './pipelines.js';
export type { Models } from './models.js';
export type { Recoveries } from './recoveries.js';
export type { Reviews } from './reviews.js';
export type { Runs, StartOptions, StartRun } from './runs.js';
export type { Schedules } from './schedules.js';
export type { StepTextEvent, StepTextOptions } from './step-text.js';
export type { Stages } from './stages.js';
export type { Topics } from './topics.js';
export type {
  DifferenceView,
  FacetValueView,
  AttemptView,
  ItemsView,
  ModelCallView,
  PipelineSummaryView,
  RunSummaryView,
  ContentView,
  RecordView,
  ScheduleView,
  StageDoubtView,
  StepView,
  TopicGroupView,
  TopicSummaryView,
  VersionView,
} from './views.js';
export type {
  Accepted,
  ActView,
  AuditCheck,
  BudgetView,
  ChangeView,
  CheckView,
  DeadLetterGroupView,
  DeadLetterView,
  DeploymentView,
  DiffList,
  JobItemView,
  JobPreview,
  ComparisonView,
  EraseJobPreview,
  RunJobPreview,
  JobView,
  ModelsView,
  operations,
  OverviewView,
  PipelineList,
  PipelineView,
  PricesView,
  Problem,
  QuotaView,
  RecordList,
  RecoveryReport,
  ReplayPreview,
  ReviewView,
  RunList,
  RunView,
  ScheduleList,
  SpendingList,
  StageView,
  TopicList,
  TopicView,
  VersionDetail,
  VersionList,
} from './generated/openapi.js';
