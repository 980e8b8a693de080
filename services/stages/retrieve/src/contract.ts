import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Finds the knowledge-base articles that answer a message, so that a reply can rest on them. */
export const retrieve = defineStage({
  name: 'retrieve',
  description: 'Finds the knowledge-base articles that answer a message.',
  summary: 'Articles: {articles}, the best: {articles/0/title}',
  input: z.object({
    subject: z.string().default(''),
    text: z.string(),
    intent: z.string().optional(),
    product: z.string().optional(),
  }),
  output: z.object({
    /** Best first; empty where nothing fits. */
    articles: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        /** Compares articles of one answer only. */
        score: z.number().nonnegative(),
        /** The part of it that answers the message. */
        excerpt: z.string(),
      }),
    ),
  }),
});
