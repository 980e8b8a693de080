import { CoordinatorConfig, webhookPair } from '@millrace/coordinator';
import { z } from 'zod';

const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'expected a whole number, e.g. 64')
  .transform(Number);

export const StandaloneConfig = z
  .object({ ...CoordinatorConfig.shape, STAGE_CONCURRENCY: wholeNumber.default(16) })
  .superRefine(webhookPair);
