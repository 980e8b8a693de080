import { z } from 'zod';
import { Failure } from '../failures.js';
import { text } from '../values/values.js';

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

/** A model's answer that could not be used, as it came, without what is too long. For people who look into the failure; it may hold payload. */
export const RawAnswer = text({ max: 4_000 });

/** The failure for which a stage gave something else than its own answer: the local model's, where the language model refused. */
export const InsteadOf = z.object({
  code: Failure.shape.code,
  message: Failure.shape.message,
  answer: RawAnswer.optional(),
});
export type InsteadOf = z.infer<typeof InsteadOf>;
