export type { Commit, DeadLetter, Page, Paged, Reader, Review, RunChange, RunRecord, RunSummary } from './store.js';
