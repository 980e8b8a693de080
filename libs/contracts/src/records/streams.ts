import { z } from 'zod';
import { Attempt, Count, DurationMs, Id, StepName, text, TimeMs } from '../values/values.js';

/** The most characters of one record of text. */
export const STREAM_PART = 16_384;
/** The most characters of an attempt's text that are shown. */
export const STREAM_MOST = 262_144;

/** Somebody watches what a step writes: a record on `step-watches`, keyed by run, repeated as long as it holds. */
export const StepWatch = z.object({
  run: Id,
  step: StepName,
  forMs: DurationMs.max(60_000),
  /** The text that has arrived; absent where nothing has. */
  from: z.object({ writer: Id, position: Count }).optional(),
});
export type StepWatch = z.infer<typeof StepWatch>;

/** A part of what an attempt writes while somebody watches: a record on `step-texts`, keyed by run. No part of the run's history. */
export const StepText = z.object({
  run: Id,
  step: StepName,
  /** The number that travels with the attempt, and the one that people count by. */
  attempt: Attempt,
  ownAttempt: Attempt,
  startedAt: TimeMs,
  /** Names the attempt in its process: one that another process does again has another writer. */
  writer: Id,
  /** The number of characters (UTF-16 units) before this part. */
  position: Count,
  text: text({ max: STREAM_PART }),
  /** Nothing more comes of this writer. */
  end: z.literal(true).optional(),
});
export type StepText = z.infer<typeof StepText>;
