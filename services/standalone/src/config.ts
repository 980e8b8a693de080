import { z } from 'zod';

const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'expected a whole number, e.g. 64')
  .transform(Number);

export const StandaloneConfig = z.object({
  /** Modules whose exports are pipelines. */
  PIPELINES: z
    .string()
    .default('@millrace/support-email')
    .transform((text) => text.split(',').map((name) => name.trim())),
  STAGE_CONCURRENCY: wholeNumber.default(16),
});
