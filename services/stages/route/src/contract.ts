import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Decides whether a person looks at a reply before it is sent, and says why. */
export const route = defineStage({
  name: 'route',
  description: 'Decides whether a person looks at a reply before it is sent, and says why.',
  summary: '{review?A person looks at it first|Goes out without a person}',
  input: z.object({
    /** The confidence of the classification, 0 to 1. */
    confidence: z.number().min(0).max(1),
    intent: z.string(),
    urgency: z.enum(['low', 'normal', 'high']),
    /** The customer's subject. */
    subject: z.string().default(''),
    text: z.string(),
    /** ISO 639-1, where it could be told. */
    language: z.string().optional(),
    /** The address to which an answer would go. */
    sender: z.string().optional(),
    /** True when a machine wrote it. */
    automatic: z.boolean().default(false),
    /** True when the words that were read may not be the customer's own, or not all of them. */
    uncertain: z.boolean().default(false),
    /** The reasons for the uncertainty, in sentences. */
    doubts: z.array(z.string()).default([]),
    /** For each step that a fallback answered, the code of the failure that it answered for. */
    fallback: z.record(z.string(), z.string().optional()).default({}),
    /** True when the reply rests on articles. */
    grounded: z.boolean(),
    /** True when the reply keeps the rules. */
    compliant: z.boolean(),
  }),
  output: z.object({
    review: z.boolean(),
    /** The reasons for which a person should look; empty when nobody has to. */
    reasons: z.array(z.string()),
    /** The reasons in words. */
    why: z.array(z.string()),
    /** The confidence from which replies go out by themselves. */
    threshold: z.number(),
    /** The confidence of the whole reply: the classification's, halved for each doubt. */
    confidence: z.number().min(0).max(1),
  }),
});
