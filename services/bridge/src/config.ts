import { type Env, readSettings } from '@millrace/runtime';
import { z } from 'zod';

/** The settings that only the bridge has. */
export const BridgeEnvironment = z.object({
  HTTP_STAGES: z
    .string('is missing: files that declare HTTP stages, separated by commas, e.g. ./http-stages.yaml')
    .transform((text) => text.split(',').map((path) => path.trim()))
    .refine((paths) => paths.every((path) => path !== ''), 'expected paths, e.g. ./http-stages.yaml')
    .describe('The files that declare HTTP stages, separated by commas.'),
});

/** Returns the paths of the files that declare the stages. @throws {ConfigError} */
export const stageFiles = (env: Env): readonly string[] => readSettings(BridgeEnvironment, env, 'bridge').HTTP_STAGES;
