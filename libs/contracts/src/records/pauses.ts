import { z } from 'zod';
import { ByWhom, TimeMs } from '../values/values.js';

/** A run of which nothing new is begun: a record on `pauses`, keyed `run/<id>`. Without a value the run goes on. */
export const RunPause = z.object({ at: TimeMs });
export type RunPause = z.infer<typeof RunPause>;

/** The number of a stage's pauses that are kept, the newest ones. */
export const STAGE_PAUSES = 20;

/** The times for which a stage is or was paused: a record on `pauses`, keyed `stage/<name>`; the newest counts. */
export const StagePause = z.object({
  /** In order. It is paused while the last one has no end. */
  times: z
    .array(z.object({ from: TimeMs, to: TimeMs.optional() }))
    .min(1)
    .max(STAGE_PAUSES),
  ...ByWhom,
});
export type StagePause = z.infer<typeof StagePause>;

/** The key of a run on `pauses`. */
export const runPauseKey = (run: string): string => `run/${run}`;
export const stagePauseKey = (stage: string): string => `stage/${stage}`;
