import { z } from 'zod';
import { Failure } from '../failures.js';

/** A step that gave something else than what its stage would have: what it gave instead, and what it had failed of. */
export const Degraded = z.object({
  /** The step that is degraded; for an item or a round, the step that it belongs to. */
  step: z.string(),
  /**
   * `fallback`: what another stage gave. `default`: what the pipeline has for its failure. `run`: what a child run gave that is
   * degraded itself. `stage`: what the stage gave in place of its own answer, as it says.
   */
  by: z.enum(['fallback', 'default', 'run', 'stage']),
  code: Failure.shape.code.optional(),
  message: Failure.shape.message.optional(),
});
export type Degraded = z.infer<typeof Degraded>;

/** The failure for which a stage gave something else than its own answer: the local model's, where the language model refused. */
export const InsteadOf = z.object({ code: Failure.shape.code, message: Failure.shape.message });
export type InsteadOf = z.infer<typeof InsteadOf>;
