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

/** The contracts that examples/http-stage/http-stages.yaml declares. */
const overHttp = defineStage({ ...sentiment, name: 'http-sentiment' });
const calledBack = defineStage({ ...sentiment, name: 'http-sentiment-later', timeout: '10m' });

/** A step by an HTTP endpoint, and one that the endpoint answers later. */
export const reviews = pipeline({ name: 'reviews', input: z.object({ text: z.string() }) }, ({ input, step }) => {
  const soon = step('soon', overHttp, { text: input.text });
  const late = step('late', calledBack, { text: input.text }, { after: [soon] });
  return { soon, late };
});
