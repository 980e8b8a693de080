import { z } from 'zod';

/** A run of which nothing new is begun: a record on `pauses`, keyed `run/<id>`. Without a value the run goes on. */
export const RunPause = z.object({ at: z.number() });
export type RunPause = z.infer<typeof RunPause>;

/** The key of a run on `pauses`. */
export const runPauseKey = (run: string): string => `run/${run}`;
