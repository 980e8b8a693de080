import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Holds a draft against the rules that replies have to keep, so that none that breaks one is sent without a person. */
export const comply = defineStage({
  name: 'comply',
  description: 'Holds a draft against the rules that replies have to keep.',
  summary: '{ok?Keeps the rules|Breaks a rule}{violations?, with remarks}',
  input: z.object({
    text: z.string(),
    /** The message that the draft answers. With it, numbers in the draft that neither the message nor an article states are found. */
    message: z.string().optional(),
    /** Ids of the articles that the draft cites. */
    citations: z.array(z.string()),
    /** The articles that it may cite, and that the organisation itself has published. */
    articles: z.array(z.object({ id: z.string(), title: z.string().default(''), excerpt: z.string() })),
  }),
  output: z.object({
    /** True when no rule is broken; warnings alone leave it true. */
    ok: z.boolean(),
    violations: z.array(
      z.object({
        rule: z.string(),
        severity: z.enum(['error', 'warning']),
        message: z.string(),
        /** The sentence that breaks it, where it is one. */
        sentence: z.string().optional(),
      }),
    ),
    /** The code of the failure for which the rules alone decided in the language model's place. */
    fallback: z.string().optional(),
  }),
});
