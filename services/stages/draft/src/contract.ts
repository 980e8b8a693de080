import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Drafts a reply out of articles and nothing else, so that what it says can be traced to them. */
export const draft = defineStage({
  name: 'draft',
  description: 'Drafts a reply out of articles and nothing else.',
  summary: '{grounded?Drafted a reply out of articles|Found no answer in articles: a colleague will reply}',
  input: z.object({
    subject: z.string().default(''),
    text: z.string(),
    intent: z.string(),
    customerName: z.string().optional(),
    /** The facts that the customer has given already, so that the reply does not ask for them. */
    dates: z.array(z.string()).default([]),
    amounts: z.array(z.object({ value: z.number(), currency: z.string() })).default([]),
    articles: z.array(z.object({ id: z.string(), title: z.string(), score: z.number(), excerpt: z.string() })),
  }),
  output: z.object({
    /** The text that the customer gets. */
    text: z.string(),
    /** The same with `[kb:id]` after what an article supports: for rules, and for people who check. */
    cited: z.string(),
    /** Ids of the articles that it cites. */
    citations: z.array(z.string()),
    /** False when no article answers: the text then says that a colleague will. */
    grounded: z.boolean(),
    /** The facts that the reply asks the customer for. */
    missing: z.array(z.string()),
    model: z.string(),
    /** The code of the failure for which a local model answered in the language model's place. */
    fallback: z.string().optional(),
  }),
});
