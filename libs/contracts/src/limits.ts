import { z } from 'zod';
import { ByWhom, Name, PositiveCount, TimeMs } from './values.js';

/** Of a run, carried by its commands. */
export const Priority = z.enum(['high', 'normal', 'low']);
export type Priority = z.infer<typeof Priority>;

/** What a stage may do at most, over all its processes: a record on `limits`, keyed by stage; the newest counts. */
export const StageLimits = z.object({
  /** So many steps at once: at least as many as its topic has partitions. */
  concurrency: PositiveCount.optional(),
  /** So many steps begun each second. */
  perSecond: z.number().positive().max(1_000_000).optional(),
  /** How often a tenant's turn comes, compared with one of weight 1. */
  weights: z.record(Name, z.number().positive().max(1_000)).optional(),
  at: TimeMs,
  ...ByWhom,
});
export type StageLimits = z.infer<typeof StageLimits>;
