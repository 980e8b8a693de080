import { z } from 'zod';

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
});
export type CoordinatorConfig = z.infer<typeof CoordinatorConfig>;
