import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { quote } from './contracts.js';

/** Asks the stage of this application what an order costs. */
export const quotes = pipeline(
  { name: 'quotes', input: z.object({ article: z.string(), pieces: z.int().positive() }) },
  ({ input, step }) => step('quote', quote, { article: input.article, pieces: input.pieces }),
);
