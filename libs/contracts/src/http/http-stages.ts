import { z } from 'zod';
import { StageLimits } from '../records/limits.js';
import { ByWhom } from '../values/values.js';
import { pageOf, Paused } from './http-shown.js';

export const StageView = z.object({
  name: z.string(),
  pipelines: z.array(z.string()),
  /** The number of processes that take its commands now; absent where the broker does not say. */
  consumers: z.int().nonnegative().optional(),
  /** The limits that were set for the stage; absent where none were. */
  limits: StageLimits.optional(),
  /** It takes nothing new. */
  paused: Paused.optional(),
  /** Changes of the contract that the stage has announced which break the plans that were deployed with the one before. */
  breaks: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type StageView = z.infer<typeof StageView>;
export const StageList = pageOf(StageView);

export const LimitBody = z.strictObject({
  concurrency: StageLimits.shape.concurrency.describe(
    'The number of steps at once over all processes; at least one for each partition.',
  ),
  perSecond: StageLimits.shape.perSecond.describe('The number of steps that begin each second.'),
  weights: StageLimits.shape.weights.describe('How often a tenant’s turn comes, compared with one of weight 1.'),
  ...ByWhom,
});
export type LimitBody = z.infer<typeof LimitBody>;
