import { z } from 'zod';
import { Archive } from './retention/archive.js';
import type { RetentionOptions } from './retention/retention-loop.js';
import { RetentionRules } from './retention/rules.js';

export const CoordinatorConfig = z.object({
  PIPELINES: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((name) => name.trim()))
    .refine(
      (names) => names?.every((name) => name !== '') ?? true,
      'expected module names, e.g. @acme/invoices,@acme/claims',
    )
    .describe(
      'Modules whose exports are pipelines, and YAML files, separated by commas, in the place of those of `millrace.config`. A module with `/stages` brings its stages for `npm start`.',
    ),
  MAX_ANSWER_BYTES: z
    .string()
    .regex(/^\d{7,10}$/, 'expected a number of bytes from 1000000 to 9999999999, e.g. 134217728')
    .default('134217728')
    .transform(Number)
    .describe('The most bytes of the records that one record may lead to. A record that asks for more is parked.'),
  MAX_MAP_ITEMS: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'expected a number of items from 1 to 9999999, e.g. 100000')
    .default('100000')
    .transform(Number)
    .describe('The most items of a map. A map with more fails as `TOO_MANY_ITEMS`.'),
  INTAKE_KEY_IS_IDEMPOTENT: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((value) => value === 'true')
    .describe('`true`: the key of a record on `intake` is its idempotency key where no header gives one.'),
  STEP_CACHE_OUTPUTS: z
    .string()
    .regex(/^\d{1,8}$/, 'expected a number of outputs from 0 to 99999999, e.g. 10000')
    .default('10000')
    .transform(Number)
    .describe('The most outputs that are kept to be reused; those that were not used for the longest time go first.'),
  STEP_CACHE_BYTES: z
    .string()
    .regex(/^\d{1,12}$/, 'expected a number of bytes, e.g. 268435456')
    .default('268435456')
    .transform(Number)
    .describe('The most bytes of the outputs that are kept to be reused.'),
  STEP_CACHE_OUTPUT_BYTES: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'expected a number of bytes from 1 to 999999, e.g. 262144')
    .default('262144')
    .transform(Number)
    .describe('The most bytes of one output that is kept to be reused. A larger one is not kept.'),
  RETENTION: z
    .string()
    .default('30d')
    .transform((text, context) => {
      const rules = RetentionRules.read(text);
      if (!rules)
        context.addIssue('expected lengths of time, e.g. 30d, or 30d,letters=90d,letters/failed=never,*/completed=7d');
      return rules ?? z.NEVER;
    })
    .describe(
      'The time for which ended runs are kept: for all, by pipeline, by status (`*/failed`), or by both, separated by commas. `never` removes none. Runs that have not ended are never removed.',
    ),
  RETENTION_PER_SECOND: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'expected a number of runs from 1 to 99999, e.g. 500')
    .default('500')
    .transform(Number)
    .describe('The most runs that a coordinator removes each second.'),
  ARCHIVE_DIR: z
    .string()
    .optional()
    .describe(
      'A folder to which runs are written as JSON lines before they are removed. `millrace run get RUN --archive` reads it.',
    ),
});
export type CoordinatorConfig = z.infer<typeof CoordinatorConfig>;

/** Returns the bounds of the cache that the settings state. */
export const cacheOf = ({
  STEP_CACHE_OUTPUTS: outputs,
  STEP_CACHE_BYTES: bytes,
  STEP_CACHE_OUTPUT_BYTES: outputBytes,
}: Pick<CoordinatorConfig, 'STEP_CACHE_OUTPUTS' | 'STEP_CACHE_BYTES' | 'STEP_CACHE_OUTPUT_BYTES'>) => ({
  outputs,
  bytes,
  outputBytes,
});

/** Returns the options of retention that the settings state. */
export const retentionOf = ({
  RETENTION: rules,
  RETENTION_PER_SECOND: perSecond,
  ARCHIVE_DIR: folder,
}: Pick<CoordinatorConfig, 'RETENTION' | 'RETENTION_PER_SECOND' | 'ARCHIVE_DIR'>): RetentionOptions => ({
  rules,
  perSecond,
  archive: folder === undefined ? undefined : new Archive(folder),
});
