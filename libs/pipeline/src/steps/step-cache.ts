import { z } from 'zod';
import { type Duration, Millis } from '../authoring/duration.js';
import { PlanError } from '../plan/plan-error.js';
import { MappingSchema } from '../plan/plan-mapping.js';

/** An output of the stage is reused where the same is asked of it again. What a fallback gave, and a failure, is not. */
export const StepCache = z.object({
  /** Milliseconds for which an output is given to others. */
  maxAgeMs: Millis,
  /** Computes the value that tells whether the same is asked: the step's input unless given. Reads what the step can read. */
  key: MappingSchema.optional(),
});
export type StepCache = z.infer<typeof StepCache>;

/** The time for which an output may be reused; or that, and the value that tells whether the same is asked, made of references and literals. */
export type CacheOption = Duration | { readonly maxAge: Duration; readonly key?: unknown };

/** @throws {PlanError} where a step is both reused and undone */
export function refuseCompensated(
  step: string,
  { cache, compensate }: { readonly cache?: unknown; readonly compensate?: unknown },
): void {
  if (cache !== undefined && compensate !== undefined)
    throw new PlanError('BAD_CACHE', 'it has a compensation, and a reused output leaves nothing to undo', step);
}
