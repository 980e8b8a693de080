import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { greet, sign } from './contracts.js';

/** Greets somebody, then signs the greeting. The second step reads what the first gave, so it comes after it. */
export const hello = pipeline({ name: 'hello', input: z.object({ name: z.string() }) }, ({ input, step }) => {
  const greeted = step('greet', greet, { name: input.name });
  return step('sign', sign, { text: greeted.text });
});
