export { InvalidCursor, StaleOwner, StoreUnavailable, StoreUnusable } from './errors.js';
export { openStore, type Store } from './open.js';
export type { Commit, DeadLetter, Holding, Review, RunChange, RunSummary, SignalChanges } from './commit.js';
export type { PageRequest, Paged, StoreReader, RunRecord, Standing } from './store.js';
export { Recoveries } from './recoveries.js';
export { type MatchedSignal, type SignalRecord, SignalsStore } from './signals.js';
export { type DueGathering, type ScheduleRow, StartsStore, type TriggerRow } from './starts.js';
export {
  type Deployed,
  type DeploymentChange,
  DeploymentReader,
  Deployments,
  type PipelinePause,
  type Version,
} from './versions.js';
export { type Position, StoreWriter } from './writer.js';
