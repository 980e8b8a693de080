import { type Env, readSettings } from '@millrace/service';
import { z } from 'zod';

const message = 'expected how many steps to work on at once, from 1 to 10000';

const Environment = z.object({
  STAGE_CONCURRENCY: z
    .string()
    .regex(/^\d{1,5}$/, message)
    .transform(Number)
    .refine((value) => value >= 1 && value <= 10_000, message)
    .default(64),
});

/** How a stage works: the settings that only stages have. */
export interface StageSettings {
  readonly concurrency: number;
}

/** @throws {ConfigError} */
export function stageSettings(env: Env, service: string): StageSettings {
  return { concurrency: readSettings(Environment, env, service).STAGE_CONCURRENCY };
}
