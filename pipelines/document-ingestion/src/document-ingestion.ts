import { and, cron, eq, pipeline, topic } from '@millrace/pipeline';
import { z } from 'zod';
import { resultsTopic } from './config.js';
import {
  announce,
  Document,
  embed,
  Ingested,
  indexDocument,
  listDocuments,
  readDocument,
  searchIndex,
  splitDocument,
} from './stages/contracts.js';

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

/** At night all that is indexed is embedded again: what another model makes of it takes the place of what the old one made. */
export const documentUpkeep = pipeline(
  {
    name: 'document-upkeep',
    input: z.object({ at: z.string() }),
    schedules: { nightly: cron('0 3 * * *', { zone: 'Europe/Berlin', input: (tick) => ({ at: tick.at }) }) },
    concurrency: { limit: 1, whenFull: 'drop' },
    deadline: '6h',
  },
  ({ input, step, map }) => {
    const { documents } = step('known', listDocuments, {});
    const indexed = map(
      'document',
      documents,
      (document) => {
        const { passages } = step('read', readDocument, { document });
        const embedded = map('embed', passages, (passage) => step('embedPassage', embed, passage), {
          as: 'passage',
          concurrency: 8,
        });
        return step('file', indexDocument, { document, passages: embedded });
      },
      { concurrency: 2, onItemFailure: 'collect' },
    );
    return { at: input.at, indexed };
  },
);

/** Readers are told of new documents together, not of each: what was ingested within ten seconds, or fifty documents. */
export const documentNotices = pipeline(
  {
    name: 'document-notices',
    input: z.object({ documents: z.array(Ingested) }),
    trigger: topic(resultsTopic(), {
      value: z.object({ pipeline: z.string(), status: z.string(), output: Ingested.optional() }),
      when: ({ value }) => and(eq(value.pipeline, 'document-ingestion'), eq(value.status, 'completed')),
      batch: {
        max: 50,
        within: '10s',
        each: ({ value }) => value.output,
        input: (items) => ({ documents: items }),
      },
    }),
  },
  ({ input, step }) => step('announce', announce, { documents: input.documents }),
);

const Question = z.object({ question: z.string().min(1) });

/** Answers a question from the indexed documents. */
export const documentSearch = pipeline({ name: 'document-search', input: Question }, ({ input, step }) => {
  const asked = step('embed', embed, { heading: '', text: input.question });
  return step('search', searchIndex, { vector: asked.vector, most: 3 });
});
