import type { ModelInterceptor } from '@millrace/contracts';
import { z } from 'zod';
import type { CallOptions } from './answer.js';
import { callThrough, numbersCall } from './model-call.js';
import { askForNumbers, NumbersSettings } from './numbers-provider.js';
import { redacted } from '../text/placeholders.js';

/** The most texts of one request. */
const BATCH = 100;

const Vectors = z.array(z.array(z.number()).min(1));
const Answer = z.object({ data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1) })) });

/**
 * A model that turns texts into vectors, by OpenAI's API. Each request is a call of a model as any other: with its quota, its budget, its span, and an
 * answer that is not paid twice.
 */
export class Embedder {
  private readonly settings: NumbersSettings;

  constructor(
    settings: z.input<typeof NumbersSettings>,
    private readonly options: { readonly interceptors?: readonly ModelInterceptor[] } = {},
  ) {
    this.settings = NumbersSettings.parse(settings);
  }

  /** Returns a vector for each text, in their order. Long lists take several requests, one after the other. */
  async embed(texts: readonly string[], options: CallOptions): Promise<readonly (readonly number[])[]> {
    const vectors: (readonly number[])[] = [];
    for (let from = 0; from < texts.length; from += BATCH)
      vectors.push(...(await this.request(texts.slice(from, from + BATCH), options)));
    return vectors;
  }

  private async request(texts: readonly string[], options: CallOptions): Promise<readonly (readonly number[])[]> {
    options.signal.throwIfAborted();
    const isSent = this.settings.personalData === 'sent';
    const input = texts.map((text) => (isSent ? text : redacted(text).text));
    const call = numbersCall({ operation: 'embeddings', name: 'embed', texts: input }, this.settings, options);
    const read = (answer: unknown) => inOrder(Answer.parse(answer).data, texts.length);
    const around = [...(this.options.interceptors ?? []), ...(options.modelCalls ?? [])];
    const { text } = await callThrough(around, call, () =>
      askForNumbers(this.settings, call, { path: 'embeddings', body: { input, encoding_format: 'float' }, read }),
    );
    return Vectors.parse(JSON.parse(text));
  }
}

/** The vectors by their places. Throws where one is missing. */
function inOrder(data: z.infer<typeof Answer>['data'], count: number): readonly (readonly number[])[] {
  const byPlace = new Map(data.map(({ index, embedding }) => [index, embedding]));
  return Array.from({ length: count }, (_, index) => {
    const vector = byPlace.get(index);
    if (!vector) throw new TypeError(`There is no vector of text ${index}.`);
    return vector;
  });
}
