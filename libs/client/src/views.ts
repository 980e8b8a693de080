import type {
  CheckView,
  DiffList,
  FacetView,
  PipelineList,
  RecordList,
  RunList,
  RunView,
  ScheduleList,
  TopicList,
  TopicView,
  VersionList,
} from './generated/openapi.js';

/** A run in a list. */
export type RunSummaryView = RunList['items'][number];
/** A value of a field, and the number of runs that have it. */
export type FacetValueView = FacetView['values'][number];
/** A step of a run. */
export type StepView = RunView['steps'][number];
/** An attempt of a step. */
export type AttemptView = StepView['attempts'][number];
/** A call of a model. */
export type ModelCallView = NonNullable<AttemptView['calls']>[number];
/** The counts of a step's items. */
export type ItemsView = NonNullable<StepView['items']>;
export type PipelineSummaryView = PipelineList['items'][number];
export type ScheduleView = ScheduleList['items'][number];
export type TopicSummaryView = TopicList['items'][number];
/** A consumer group of a topic. */
export type TopicGroupView = TopicView['groups'][number];
/** A record of a topic. */
export type RecordView = RecordList['items'][number];
/** A key, a value or a header of a record. */
export type ContentView = NonNullable<RecordView['value']>;
export type VersionView = VersionList['items'][number];
/** A difference between two versions of a pipeline. */
export type DifferenceView = DiffList['items'][number];
/** A place of a plan that does not go together with the contract of a stage. */
export type StageDoubtView = NonNullable<CheckView['misfits']>[number];
