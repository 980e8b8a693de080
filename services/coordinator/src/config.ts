import { z } from 'zod';

export const CoordinatorConfig = z.object({
  /** Modules whose exports are pipelines. */
  PIPELINES: z
    .string()
    .default('@millrace/support-email')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => name !== ''), 'expected module names, e.g. @acme/invoices,@acme/claims'),
  INTAKE_KEY_IS_IDEMPOTENT: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((value) => value === 'true'),
});
export type CoordinatorConfig = z.infer<typeof CoordinatorConfig>;
