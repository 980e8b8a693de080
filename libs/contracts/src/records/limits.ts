import { z } from 'zod';
import { ByWhom, Name, PositiveCount, TimeMs } from '../values/values.js';

/** The priority of a run, carried by its commands. */
export const Priority = z.enum(['high', 'normal', 'low']);
export type Priority = z.infer<typeof Priority>;
/** The number of turns that each priority gets while all wait: no priority waits for ever, and a high one hardly waits. */
export const PRIORITY_SHARES: Readonly<Record<Priority, number>> = { high: 64, normal: 8, low: 1 };

/** A rate below this admits nothing within the time in which anybody waits. */
const ONE_A_DAY = 0.00001;

/** The limits of a stage over all its processes: a record on `limits`, keyed by stage; the newest counts. */
export const StageLimits = z.object({
  /** The number of steps at once; at least as many as the stage's topic has partitions. */
  concurrency: PositiveCount.optional(),
  /** The number of steps begun each second. */
  perSecond: z
    .number()
    .min(ONE_A_DAY, 'expected at least 0.00001, about one a day: pause the stage to begin none')
    .max(1_000_000)
    .optional(),
  /** The frequency of a tenant's turns, as a multiple of that of weight 1. */
  weights: z.record(Name, z.number().min(0.001).max(1_000)).optional(),
  at: TimeMs,
  ...ByWhom,
});
export type StageLimits = z.infer<typeof StageLimits>;
