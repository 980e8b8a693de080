import { z } from 'zod';
import { Failure } from '../failures.js';
import { Count, Id, Name, PlanReference, StepName, TimeMs } from '../values/values.js';
import { Degraded } from './degraded.js';
import { RunId } from './of-step.js';

/** A run's end, on `results`; a run has one at most. One that failed says why. */
export const RunResult = z.object({
  run: RunId,
  pipeline: Name,
  plan: PlanReference,
  status: z.enum(['completed', 'cancelled', 'failed']),
  output: z.unknown().optional(),
  failure: Failure.optional(),
  /** The steps of which a fallback or a default gave the output; absent where there are none. */
  degraded: z.array(Degraded).optional(),
  acceptedAt: TimeMs,
  endedAt: TimeMs,
});
export type RunResult = z.infer<typeof RunResult>;

/** A step that is parked, on `dead-letters`. A record that could not be read is there too, as its own bytes. */
export const ParkedStep = z.object({
  deadLetter: Id,
  run: RunId,
  pipeline: Name,
  plan: PlanReference,
  step: StepName,
  stage: Name.optional(),
  attempts: Count,
  /** The number of times that the step was redriven before; absent for none. */
  redrives: Count.optional(),
  input: z.unknown(),
  failure: Failure,
  firstFailedAt: TimeMs,
  at: TimeMs,
});
export type ParkedStep = z.infer<typeof ParkedStep>;
