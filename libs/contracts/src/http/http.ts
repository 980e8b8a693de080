import { z } from 'zod';
import { Degraded } from '../records/degraded.js';
import { AllowedActions, AttemptView, FailureView, Json, Links, pageOf, Paused, Time } from './http-shown.js';
import { Priority } from '../records/limits.js';
import { ChildStatus } from '../records/records.js';
import { RunState, RunStatus, StepStatus } from '../records/statuses.js';
import { HoldView } from './http-holds.js';
import { NowView } from './http-overview.js';
import { OutcomeView } from './http-outcomes.js';
import { ByWhom, Name, readTime, TimeMs } from '../values/values.js';

export { MissingRun, RecoveredPartition, RecoveryReport } from '../records/recovery.js';
export {
  BudgetBody,
  BudgetView,
  ModelsView,
  PricesBody,
  PricesView,
  QuotaBody,
  QuotaView,
  SpendingList,
} from './http-models.js';
export { RemoveScheduleBody, ScheduleBody, ScheduleList, ScheduleView } from './http-schedules.js';
export {
  CheckBody,
  CheckView,
  StageDoubtView,
  DeployBody,
  DeploymentView,
  DifferenceView,
  MoveBody,
  RouteBody,
  VersionDetail,
  VersionList,
  VersionView,
} from './http-versions.js';
export {
  AssignBody,
  ActView,
  ActList,
  AuditCheck,
  DeadLetterGroupList,
  DeadLetterGroupView,
  DeadLetterList,
  DeadLetterView,
  JobBody,
  JobChangeBody,
  JobItemList,
  JobItemView,
  JobList,
  JobPreview,
  JobView,
  LinkBody,
  NoteBody,
  RedriveBody,
  ReplayBody,
  ReplayPreview,
  RunNoteBody,
  TagBody,
} from './http-letters.js';
export {
  CompareJobBody,
  ComparisonView,
  EraseJobBody,
  EraseJobPreview,
  ReplayJobBody,
  RunJobPreview,
} from './http-run-jobs.js';
export { FoundOutcomeBody, OutcomeBody, OutcomeView } from './http-outcomes.js';
export {
  ContentView,
  RecordList,
  RecordView,
  TopicGroupView,
  TopicList,
  TopicSummaryView,
  TopicView,
} from './http-topics.js';
export { LimitBody, StageList, StageView } from './http-stages.js';
export { AnswerBody, SignalBody } from './http-answers.js';
export { Action, AttemptView, FailureView, ModelCallView } from './http-shown.js';
export { ChangeView, CountView, FacetView, NowView, OverviewView } from './http-overview.js';
export { Problem, problem, type ProblemCode, problemRemedyOf, PROBLEMS } from './http-problems.js';

/** RFC 3339 with an offset: a day of the calendar, from 1970 to 9999. */
export const StartTime = z.iso
  .datetime({ offset: true })
  .refine((text) => readTime(text) !== undefined, 'expected a time from 1970 to 9999, e.g. 2026-01-31T09:00:00Z');

/** The kind of a step. `run`: a child run does the work; `map`, `loop`, `race`: the step has items; `value`: it puts values together. */
const StepKind = z.enum(['stage', 'review', 'signal', 'run', 'map', 'loop', 'race', 'value', 'sleep']);

/** The words for a step's items, for people. */
export const ITEMS_WORD = { map: 'items', loop: 'rounds', race: 'branches' } as const;

/** The numbers of a step's items in each state. */
export const ItemsView = z.object({
  total: z.int().nonnegative(),
  /** The number of chunks, where the items are worked on in chunks: each is a child run, and the counts are of chunks. */
  pages: z.int().positive().optional(),
  running: z.int().nonnegative(),
  ended: z.int().nonnegative(),
  /** Items that failed and were passed over. */
  failed: z.int().nonnegative(),
});
export type ItemsView = z.infer<typeof ItemsView>;

/** The person or group that a review is for, and the person who has claimed it. */
const Held = { assignee: z.string().optional(), group: z.string().optional(), claimedBy: z.string().optional() };

export const StepView = z.object({
  /** An item of a step is called `embed[3]`; those are listed that somebody has to look at, and the newest rounds of a loop and branches of a race. */
  name: z.string(),
  kind: StepKind,
  stage: z.string().optional(),
  status: StepStatus,
  /** It has been asked of its stage, and no process takes that stage's commands now. */
  noConsumer: z.literal(true).optional(),
  attempts: z.array(AttemptView),
  /** From its first attempt, or the beginning of its wait, to its end. */
  startedAt: Time.optional(),
  endedAt: Time.optional(),
  input: Json.optional(),
  output: Json.optional(),
  /** One line that says what the output comes to. */
  summary: z.string().optional(),
  waitingSince: Time.optional(),
  /** The content that the reviewer is shown. */
  show: Json.optional(),
  ...Held,
  /** For a signal that is waited for: the topic it may come from, and the key of its record. */
  from: z.object({ topic: z.string(), key: z.string() }).optional(),
  /** The time at which it is tried again, or at which its wait ends. */
  due: Time.optional(),
  failure: FailureView.optional(),
  deadLetter: z.string().optional(),
  /** The person who answered, if they gave a name. */
  answeredBy: z.string().optional(),
  answerReason: z.string().optional(),
  items: ItemsView.optional(),
  /** The run that does its work. */
  child: z.string().optional(),
  childStatus: ChildStatus.optional(),
  /** The output is the default that the pipeline has for a failure. */
  defaulted: z.boolean().optional(),
  /** Its output is looked up in the cache: another run may be executing the same. */
  lookingUp: z.literal(true).optional(),
  /** The output was reused: the run that executed the step, and when it gave the output. */
  cached: z.object({ run: z.string(), storedAt: Time }).optional(),
  allowedActions: AllowedActions,
});
export type StepView = z.infer<typeof StepView>;

export const RunSummaryView = z.object({
  id: z.string(),
  pipeline: z.string(),
  plan: z.string(),
  status: RunStatus,
  /** The state of the run: its status, or what is more exact, such as `retrying`, `waiting-for-person` or `no-consumer`. */
  state: RunState,
  /** The title that its pipeline declares. */
  title: z.string().optional(),
  acceptedAt: Time,
  endedAt: Time.optional(),
  /** The run that this one does a step of. */
  parent: z.string().optional(),
  /** Steps that gave what a fallback or a default gave; absent where there are none. */
  degraded: z.literal(true).optional(),
  /** Stages that the run waits for and that no process serves now, as far as the broker says: start them, and it goes on. */
  noConsumer: z.array(z.string()).optional(),
  /** The code of the failure with which it ended, or of the one that holds it up. */
  failureCode: z.string().optional(),
  /** Its place in the line of its hold key: of a run that waits there, and of a single run that holds others up. */
  hold: HoldView.optional(),
  /** With `detail`: a line that tells this run from others: its title, or else a text of its input. */
  subject: z.string().optional(),
  /** With `detail`: what it does or waits for; absent where it has ended. */
  now: NowView.optional(),
  /** With `detail`: the business attributes that its pipeline declares. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** With `detail`: the tags that people gave it. */
  tags: z.array(z.string()).optional(),
  links: Links,
});
export type RunSummaryView = z.infer<typeof RunSummaryView>;

export const RunView = RunSummaryView.extend({
  /** The time at which a held run starts. */
  startsAt: Time.optional(),
  traceId: z.string(),
  /** The run that this one replays, and the first step that it executes. `trial`: a job compares the two, and nothing of its end is published. */
  replayOf: z.object({ run: z.string(), from: z.string(), trial: z.literal(true).optional() }).optional(),
  /** The runs that replay this one, the newest first; the last 50 of them. */
  replays: z.array(z.string()).optional(),
  /** The notes of people on it, the newest first; the last 50 of them. */
  notes: z.array(z.object({ at: Time, text: z.string(), by: z.string().optional() })).optional(),
  /** Its outcomes, the newest first: they say what became of it later. */
  outcomes: z.array(OutcomeView).optional(),
  /** The step of its parent that it does the work of. */
  parentStep: z.string().optional(),
  /** The values that a child run started with beside its input. */
  given: z.record(z.string(), z.unknown()).optional(),
  input: Json.optional(),
  output: Json.optional(),
  /** The steps whose output came from a fallback or a default, and the failures that led to it. */
  degradedBy: z.array(Degraded).optional(),
  /** The failure of the run, and the step in which it happened. */
  failure: FailureView.optional(),
  failedStep: z.string().optional(),
  /** The run in which the handler of its failure is asked. How that goes changes nothing here. */
  handler: z.string().optional(),
  /** The status with which the run ends once it has undone its steps; for a run that has, the status with which it ended. */
  compensatingAs: z.enum(['failed', 'cancelled']).optional(),
  /** The steps; the undoing of a step is a step as well, such as `undo:book`. */
  steps: z.array(StepView),
  allowedActions: AllowedActions,
});
export type RunView = z.infer<typeof RunView>;

export const RunList = pageOf(RunSummaryView).extend({
  /** The time down to which runs were searched, where the page ended before it was full because no index answers the filter. `next` goes on from there. */
  searchedTo: Time.optional(),
});
export type RunList = z.infer<typeof RunList>;

/** A fact with its place in the run's history, from 1. */
export const HistoryItem = z.looseObject({ seq: z.int().positive(), type: z.string(), at: TimeMs });
export type HistoryItem = z.infer<typeof HistoryItem>;
export const History = z.object({ items: z.array(HistoryItem) });

export const ReviewView = z.object({
  id: z.string(),
  run: z.string(),
  step: z.string(),
  kind: z.enum(['review', 'signal']),
  pipeline: z.string(),
  status: z.enum(['open', 'closed']),
  since: Time,
  due: Time.optional(),
  ...Held,
  show: Json.optional(),
  /** JSON Schema of the answer. */
  schema: Json.optional(),
  /** By field of the answer: the text that the run goes on with where the answer leaves the field out. Not in lists. */
  drafts: z.record(z.string(), z.string()).optional(),
  allowedActions: AllowedActions,
  links: Links,
});
export type ReviewView = z.infer<typeof ReviewView>;
export const ReviewList = pageOf(ReviewView);

export const PipelineSummaryView = z.object({
  name: z.string(),
  plan: z.string(),
  deployedAt: Time,
  /** No new run of it begins. */
  paused: Paused.optional(),
  links: Links,
});
export type PipelineSummaryView = z.infer<typeof PipelineSummaryView>;
export const PipelineList = pageOf(PipelineSummaryView);

export const PipelineView = PipelineSummaryView.extend({
  /** JSON Schema of a run's input. */
  inputSchema: Json,
  /** The compiled pipeline. */
  definition: Json,
  /** The same as a Mermaid flowchart. */
  mermaid: z.string(),
});
export type PipelineView = z.infer<typeof PipelineView>;

export const StartRun = z.strictObject({
  pipeline: Name,
  input: Json,
  startAt: StartTime.optional().describe('The run begins then; at once without it.'),
  priority: Priority.optional().describe('How soon stages take its steps; as the pipeline says without it.'),
  tenant: Name.optional().describe('Whose it is; as the pipeline says without it.'),
});
export type StartRun = z.infer<typeof StartRun>;

const Act = ByWhom;
export const ActBody = z.strictObject(Act);
export type ActBody = z.infer<typeof ActBody>;

export const RecoverBody = ActBody.extend({
  apply: z.boolean().optional().describe('Brings the store up to its topics; without it only says what that would do.'),
});
export type RecoverBody = z.infer<typeof RecoverBody>;

export const ClaimBody = z.strictObject({
  ...Act,
  by: Name,
  takeOver: z.boolean().optional().describe('Also from somebody else who has claimed it.'),
});
export type ClaimBody = z.infer<typeof ClaimBody>;

export const CancelBody = ActBody.extend({
  compensate: z.boolean().optional().describe('Undo first what the run has done, the last first.'),
});
export type CancelBody = z.infer<typeof CancelBody>;

/** A write that is durable and will take effect. */
export const Accepted = z.object({ id: z.string(), status: RunStatus.optional(), links: Links });
export type Accepted = z.infer<typeof Accepted>;
