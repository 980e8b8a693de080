import { z } from 'zod';
import { Count } from './values/values.js';

/** The tokens of one call, as the provider counts them; a count is absent where the provider sends none. */
export const ModelUsage = z.object({
  inputTokens: Count.optional(),
  outputTokens: Count.optional(),
  /** A part of `inputTokens`. */
  cacheReadTokens: Count.optional(),
  /** A part of `inputTokens`. */
  cacheWriteTokens: Count.optional(),
  /** A part of `outputTokens`. */
  reasoningTokens: Count.optional(),
});
export type ModelUsage = z.infer<typeof ModelUsage>;

/** The reason for which a model stopped. `refused`: the model, or a filter of the provider, would not answer. */
export const FinishReason = z.enum(['stop', 'length', 'refused', 'tool-calls', 'other']);
export type FinishReason = z.infer<typeof FinishReason>;

/** A provider's answer to one call, before anything is read out of it. Plain JSON, so that it can be kept. */
export const ModelAnswer = z.object({
  /** The text of the answer, with placeholders in the place of personal data. */
  text: z.string(),
  finishReason: FinishReason,
  /** The model that answered, in the provider's words. */
  model: z.string(),
  /** The provider's id of the answer. */
  id: z.string().optional(),
  usage: ModelUsage,
  /** The provider's headers about rate limits, in lower case: `x-ratelimit-…`, `anthropic-ratelimit-…`, `retry-after`. */
  limits: z.record(z.string(), z.string()),
  /** Milliseconds that the provider took. */
  durationMs: z.number().nonnegative(),
  /** `kept`: the answer of an earlier call with the same key, for which nothing was paid again. */
  source: z.enum(['provider', 'kept']),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

/** The step for which a model is called; absent parts are not known where the call is made. */
export interface ModelCaller {
  readonly run?: string | undefined;
  readonly step?: string | undefined;
  /** The number of the step's attempt, from 1. */
  readonly attempt?: number | undefined;
  readonly stage?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly tenant?: string | undefined;
  readonly priority?: 'high' | 'normal' | 'low' | undefined;
  /** The same on every attempt of the step. */
  readonly idempotencyKey?: string | undefined;
}

/** The words of a call, without personal data. */
export interface ModelContent {
  readonly system: string;
  readonly user: string;
  readonly answer?: string;
}

/** One call of a model, as its interceptors see it. */
export interface ModelCall {
  /** The same for the same request of the same step on every attempt, and different for every other: an answer is kept by it. */
  readonly key: string;
  readonly operation: 'chat' | 'embeddings' | 'rerank';
  readonly provider: string;
  readonly model: string;
  /** The provider's address; absent where it is the provider's own. */
  readonly url?: string | undefined;
  /** The name of the prompt, e.g. `classify`. */
  readonly prompt: string;
  /** The place in the route, from 0, and the name of the hop there: `model`, `cheaper`. */
  readonly hop: { readonly index: number; readonly name: string };
  /** True for the second question, which says what was wrong with the first answer. */
  readonly isReask: boolean;
  /** The most that the call can use: counted from the prompt's length before the call; `outputTokens` is the limit sent along. */
  readonly estimate: { readonly inputTokens: number; readonly outputTokens: number };
  readonly caller: ModelCaller;
  /** The treatment of the call where an earlier process may have made it and its outcome is unknown: made again unless given, or refused. */
  readonly ifUnknown?: 'ask' | 'fail' | undefined;
  /** The time after which a second request is sent where the first has no answer: the answer that comes first counts. */
  readonly hedgeMs?: number | undefined;
  /** Fires at the step's deadline and when its run is cancelled. */
  readonly signal: AbortSignal;
  /** Returns the prompt, and the answer to it where that is given, without personal data. */
  content(answer?: Pick<ModelAnswer, 'text'>): ModelContent;
}

/**
 * Stands around every call of a model: it may wait before `next`, answer in its place, look at the answer, or throw. An error of the
 * provider has `code`, `retryable`, and where the provider said so `retryAfterMs` and `limits`.
 */
export type ModelInterceptor = (call: ModelCall, next: () => Promise<ModelAnswer>) => Promise<ModelAnswer>;
