import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

const Confidence = z.number().min(0).max(1);

/** Says what a message is about and how soon it needs an answer, so that later steps know where to look. */
export const classify = defineStage({
  name: 'classify',
  description: 'Says what a message is about and how soon it needs an answer.',
  summary: 'About {intent}, urgency {urgency}, {confidence%} sure',
  input: z.object({ subject: z.string().default(''), text: z.string() }),
  output: z.object({
    intent: z.string(),
    urgency: z.enum(['low', 'normal', 'high']),
    /** The chance that `intent` is right. */
    confidence: Confidence,
    /** The next best, best first. */
    alternatives: z.array(z.object({ intent: z.string(), confidence: Confidence })),
    /** The model that said so. */
    model: z.string(),
    /** The code of the failure for which a local model answered in the language model's place. */
    fallback: z.string().optional(),
  }),
});
