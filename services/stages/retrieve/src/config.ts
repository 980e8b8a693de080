import { existsSync } from 'node:fs';
import { Bm25Retriever, loadArticles, Retriever } from '@millrace/ai';
import { z } from 'zod';

export const config = z.object({
  RETRIEVE_ARTICLES: z
    .string()
    .refine((path) => existsSync(path), 'expected a folder of markdown articles, which is not there')
    .default('pipelines/support-email/knowledge')
    .describe('The knowledge base: a folder of Markdown articles.'),
});

export const providers = ({ RETRIEVE_ARTICLES: folder }: z.output<typeof config>) => [
  { provide: Retriever, useFactory: async () => new Bm25Retriever(await loadArticles(folder)) },
];
