import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { square } from './pipelines.js';

const Order = z.object({ account: z.string(), n: z.number(), trouble: z.enum(['none', 'always']).default('none') });

/** Orders of one account wait behind one that is parked. */
export const accounts = pipeline(
  { name: 'accounts', input: Order, hold: (input) => input.account },
  ({ input, step }) => step('square', square, { n: input.n, trouble: input.trouble }, { retry: 1 }),
);

export const HOLDS = [accounts];
