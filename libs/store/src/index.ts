export { InvalidCursor, StaleOwner, StoreUnavailable, StoreUnusable } from './errors.js';
export { openStore, type Store } from './open.js';
export type { Commit, DeadLetter, Holding, Review, RunChange, RunSummary, SignalChanges } from './commit.js';
export { type Outcome, type ReportedOutcome } from './outcomes.js';
export { type ActRecord, CHAIN_START, type ChainedAct, type DoneAct, hashOfAct } from './letters/act.js';
export { Acts } from './letters/acts.js';
export type { Job, JobItem } from './letters/job.js';
export type { ItemResult, RunComparison } from './letters/job-items.js';
export { RunJobs } from './letters/run-jobs.js';
export { type DueJob, type ItemDecision, JobWorks, type LetterState } from './letters/job-work.js';
export { Jobs } from './letters/jobs.js';
export { LETTER_FIELDS, readLetterFilter } from './letters/where.js';
export type { Handled, KeptLetter, LetterDesk, LetterGroup, LetterNote } from './letters/letter.js';
export { type LetterChange, Letters } from './letters/letters.js';
export type { PageRequest, Paged } from './page.js';
export type { RunFilter } from './search/run-filter.js';
export type { Counts, StoreReader, RunRecord, Standing } from './store.js';
export { type ArchivedRun, ENDED, type EndedStatus, Retention, type RunPosition } from './retention/retention.js';
export type { RunLabels } from './search/attributes.js';
export { type Facet, FACETS, isFacet } from './search/facets.js';
export { attributeIs, readRunFilter, RUN_FIELDS } from './search/filters.js';
export { RUN_NOTE } from './search/notes.js';
export { RunTags } from './search/tags.js';
export { type CacheBounds, OutputsStore } from './cache/outputs.js';
export type { HoldStanding } from './holds/hold-reader.js';
export type { Delivery } from './webhooks/delivery.js';
export type { DueDelivery } from './webhooks/deliveries.js';
export { Recoveries } from './recoveries.js';
export { type MatchedSignal, type SignalRecord, SignalsStore } from './signals.js';
export { type DueBatch, type ScheduleRow, StartsStore, type TriggerRow } from './starts.js';
export {
  type Deployed,
  type DeploymentChange,
  DeploymentReader,
  Deployments,
  type PipelinePause,
  type Version,
} from './versions.js';
export { type Created, type Position, StoreWriter } from './writer.js';
