import { type Env, readSettings } from '@millrace/runtime';
import { z } from 'zod';

const message = 'expected how many steps to work on at once, from 1 to 10000';

/** The settings that every stage has. */
export const StageEnvironment = z.object({
  STAGE_CONCURRENCY: z
    .string()
    .regex(/^\d{1,5}$/, message)
    .transform(Number)
    .refine((value) => value >= 1 && value <= 10_000, message)
    .default(64)
    .describe('How many steps a process works on at once. `npm start` and `millrace dev` use 16.'),
});

/** The settings that only stages have. */
export interface StageSettings {
  readonly concurrency: number;
}

/** @throws {ConfigError} */
export function stageSettings(env: Env, service: string): StageSettings {
  return { concurrency: readSettings(StageEnvironment, env, service).STAGE_CONCURRENCY };
}
