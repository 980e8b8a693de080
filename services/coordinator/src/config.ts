import { z } from 'zod';

export const CoordinatorConfig = z.object({
  /** Modules whose exports are pipelines, instead of those that the project names. */
  PIPELINES: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((name) => name.trim()))
    .refine(
      (names) => names?.every((name) => name !== '') ?? true,
      'expected module names, e.g. @acme/invoices,@acme/claims',
    ),
  /** The most bytes that one record may be answered with: what asks for more is parked. */
  MAX_ANSWER_BYTES: z
    .string()
    .regex(/^\d{7,10}$/, 'expected a number of bytes from 1000000 to 9999999999, e.g. 134217728')
    .default('134217728')
    .transform(Number),
  /** The most items that a map may go over: with more its step fails. */
  MAX_MAP_ITEMS: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'expected a number of items from 1 to 9999999, e.g. 100000')
    .default('100000')
    .transform(Number),
  INTAKE_KEY_IS_IDEMPOTENT: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((value) => value === 'true'),
});
export type CoordinatorConfig = z.infer<typeof CoordinatorConfig>;
