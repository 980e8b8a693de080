import { z } from 'zod';

/** The place of a run in the line of its hold key. */
export const HoldView = z.object({
  key: z.string(),
  /** For a run that waits: the run that holds the key up, which has to end, or whose dead letters have to be resolved, first. */
  behind: z.string().optional(),
  /** For a run that waits: the number of runs that go on before it, up to 1,000. */
  ahead: z.int().nonnegative().optional(),
  /** For a run that holds the key up: the number of runs that wait, up to 1,000. */
  waiting: z.int().nonnegative().optional(),
});
