import type { ModelInterceptor } from '@millrace/contracts';
import { z } from 'zod';
import type { CallOptions } from './answer.js';
import { callThrough, numbersCall } from './model-call.js';
import { askForNumbers, NumbersSettings } from './numbers-provider.js';
import { redacted } from '../text/placeholders.js';

/** A document by its place in the list that was given, with the model's score: higher is better. */
const Ranked = z.object({ index: z.int().min(0), score: z.number() });
export type Ranked = z.infer<typeof Ranked>;

const Answer = z.object({ results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })) });

/**
 * A model that says which documents answer a query, by the API `/rerank` that Cohere, Jina, vLLM and others share. Its requests are calls of a model as
 * any other.
 */
export class Reranker {
  private readonly settings: NumbersSettings;

  constructor(
    settings: z.input<typeof NumbersSettings>,
    private readonly options: { readonly interceptors?: readonly ModelInterceptor[] } = {},
  ) {
    this.settings = NumbersSettings.parse(settings);
  }

  /** Returns the documents that fit best, the best first; at most `limit` of them. */
  async rank(
    { query, documents, limit = documents.length }: { query: string; documents: readonly string[]; limit?: number },
    options: CallOptions,
  ): Promise<readonly Ranked[]> {
    options.signal.throwIfAborted();
    if (documents.length === 0) return [];
    const isSent = this.settings.personalData === 'sent';
    const texts = [query, ...documents].map((text) => (isSent ? text : redacted(text).text));
    const call = numbersCall({ operation: 'rerank', name: 'rerank', texts }, this.settings, options);
    const [asked, ...given] = texts;
    const around = [...(this.options.interceptors ?? []), ...(options.modelCalls ?? [])];
    const read = (answer: unknown) => ranksIn(answer, documents.length);
    const { text } = await callThrough(around, call, () =>
      askForNumbers(this.settings, call, { path: 'rerank', body: { query: asked, documents: given }, read }),
    );
    return z.array(Ranked).parse(JSON.parse(text)).slice(0, limit);
  }
}

/** The documents that an answer ranks, each once. Throws where it names one that was not given. */
function ranksIn(answer: unknown, count: number): readonly Ranked[] {
  const { results } = Answer.parse(answer);
  const scores = new Map(results.map(({ index, relevance_score: score }) => [index, score]));
  for (const index of scores.keys()) if (index >= count) throw new TypeError(`There is no document ${index}.`);
  return [...scores].map(([index, score]) => ({ index, score })).sort((a, b) => b.score - a.score);
}
