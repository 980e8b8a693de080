import { defineStage, pipeline } from '@millrace/pipeline';
import { z } from 'zod';

/** Asks the model at the address that the input names, so many times. */
export const ask = defineStage({
  name: 'ask',
  input: z.object({
    url: z.string(),
    text: z.string(),
    calls: z.int().positive().default(1),
    streamed: z.boolean().default(false),
  }),
  output: z.object({ said: z.array(z.string()) }),
});

/** One step, which calls a model. */
export const asked = pipeline({ name: 'asked', input: ask.input }, ({ input, step }) =>
  step(
    'ask',
    ask,
    { url: input.url, text: input.text, calls: input.calls, streamed: input.streamed },
    { timeout: '60s', startTimeout: '30m', retry: { maxAttempts: 3 } },
  ),
);
