import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Decides whether a person looks at a reply before it is sent, and says why. */
export const route = defineStage({
  name: 'route',
  description: 'Decides whether a person looks at a reply before it is sent, and says why.',
  input: z.object({
    /** How sure the classification is, 0 to 1. */
    confidence: z.number().min(0).max(1),
    intent: z.string(),
    urgency: z.enum(['low', 'normal', 'high']),
    /** What the customer wrote. */
    subject: z.string().default(''),
    text: z.string(),
    /** ISO 639-1, where it could be told. */
    language: z.string().optional(),
    /** Where an answer would go. */
    sender: z.string().optional(),
    /** Whether a machine wrote it. */
    automatic: z.boolean().default(false),
    /** Whether the reply rests on articles. */
    grounded: z.boolean(),
    /** Whether the reply keeps the rules. */
    compliant: z.boolean(),
  }),
  output: z.object({
    review: z.boolean(),
    /** Why a person should look; empty when nobody has to. */
    reasons: z.array(z.string()),
    /** The confidence from which replies go out by themselves. */
    threshold: z.number(),
  }),
});
