import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { Document, embed, indexDocument, searchIndex, splitDocument } from './stages/contracts.js';

/** A document becomes passages that can be found: split, each embedded, and all of them indexed at once. Of one document only one version at a time. */
export const documentIngestion = pipeline(
  {
    name: 'document-ingestion',
    input: Document,
    concurrency: { limit: 1, key: (input) => input.id, whenFull: 'replace' },
  },
  ({ input, step, map }) => {
    const document = step('split', splitDocument, { title: input.title, text: input.text });
    const embedded = map('embed', document.passages, (passage) => step('embedPassage', embed, passage), {
      concurrency: 8,
      onItemFailure: { toleratePercent: 10 },
    });
    const indexed = step('file', indexDocument, { document: input.id, passages: embedded });
    return { document: input.id, found: document.count, indexed: indexed.count };
  },
);

const Question = z.object({ question: z.string().min(1) });

/** What the indexed documents say about a question. */
export const documentSearch = pipeline({ name: 'document-search', input: Question }, ({ input, step }) => {
  const asked = step('embed', embed, { heading: '', text: input.question });
  return step('search', searchIndex, { vector: asked.vector, most: 3 });
});
