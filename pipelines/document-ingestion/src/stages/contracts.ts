import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** A document that is sent in: a text in markdown, under an id that is the same for each version of it. */
export const Document = z.object({
  id: z.string().regex(/^[\w-]{1,80}$/, 'expected letters, digits, - and _'),
  title: z.string(),
  text: z.string(),
});

export const Passage = z.object({ heading: z.string(), text: z.string() });
export const Embedded = Passage.extend({ vector: z.array(z.number()) });
export type Embedded = z.infer<typeof Embedded>;

/** Cuts a document into passages that are short enough to be looked for one by one. */
export const splitDocument = defineStage({
  name: 'split-document',
  summary: 'Cut into {count} passages',
  input: z.object({ title: z.string(), text: z.string() }),
  output: z.object({ count: z.number(), passages: z.array(Passage) }),
});

/** Gives a text its place among others: what is about the same lies near. */
export const embed = defineStage({ name: 'embed', input: Passage, output: Embedded, timeout: '10s' });

/** Puts a document's passages in the place of those of its last version. */
export const indexDocument = defineStage({
  name: 'index-document',
  summary: '{count} passages are indexed',
  input: z.object({ document: z.string(), passages: z.array(Embedded) }),
  output: z.object({ count: z.number() }),
});

/** The documents that are indexed. */
export const listDocuments = defineStage({
  name: 'list-documents',
  summary: 'Documents: {documents}',
  input: z.object({}),
  output: z.object({ documents: z.array(z.string()) }),
});

/** The passages of a document, as they are indexed. */
export const readDocument = defineStage({
  name: 'read-document',
  summary: 'Passages: {passages}',
  input: z.object({ document: z.string() }),
  output: z.object({ passages: z.array(Passage) }),
});

/** The result of ingesting a document. */
export const Ingested = z.object({ document: z.string(), found: z.number(), indexed: z.number() });

/** Tells readers what is new, once. */
export const announce = defineStage({
  name: 'announce-documents',
  summary: 'Announced documents: {announced}',
  input: z.object({ documents: z.array(Ingested) }),
  output: z.object({ announced: z.number() }),
});

/** The passages nearest to a place. */
export const searchIndex = defineStage({
  name: 'search-index',
  summary: 'Passages found: {passages}, the nearest: {passages/0/heading}',
  input: z.object({ vector: z.array(z.number()), most: z.number() }),
  output: z.object({
    passages: z.array(Passage.extend({ document: z.string(), nearness: z.number() })),
  }),
});
