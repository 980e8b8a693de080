import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Says what a number of pieces of an article costs. */
export const quote = defineStage({
  name: 'quote',
  input: z.object({ article: z.string(), pieces: z.int().positive() }),
  output: z.object({ cents: z.int().nonnegative(), attempt: z.int().positive() }),
});
