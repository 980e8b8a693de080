import { defineStage, pipeline } from '@millrace/pipeline';
import { z } from 'zod';

/** The contract that examples/python-stage announces. */
export const sentiment = defineStage({
  name: 'sentiment',
  input: z.object({ text: z.string() }),
  output: z.object({ sentiment: z.enum(['positive', 'neutral', 'negative']), score: z.number() }),
  retry: { initialMs: 20 },
});

/** Two steps of one stage that hands nothing on: the coordinator asks for the second one. */
export const opinions = pipeline({ name: 'opinions', input: z.object({ text: z.string() }) }, ({ input, step }) => {
  const whole = step('whole', sentiment, { text: input.text });
  const word = step('word', sentiment, { text: whole.sentiment });
  return { whole, word };
});
