export { StaleOwner, StoreUnavailable } from './errors.js';
export { openStore, type Store } from './open.js';
export type { Commit, DeadLetter, Page, Paged, Reader, Review, RunChange, RunRecord, RunSummary } from './store.js';
export { type Deployed, type DeploymentChange, DeploymentReader, Deployments, type Version } from './versions.js';
export { type Position, Writer } from './writer.js';
