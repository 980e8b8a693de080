import { cut, type InsteadOf as Failed, type ModelCaller, type ModelInterceptor } from '@millrace/contracts';
import { z } from 'zod';

/** Tokens a model charged for one answer, where the provider says. */
export const Usage = z.object({
  inputTokens: z.number().int().nonnegative().optional(),
  outputTokens: z.number().int().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;

/** The failure for which a later hop of a route answered in the place of the first. */
export const InsteadOf = z.object({
  code: z.string(),
  message: z.string(),
  /** The model's answer that could not be used. */
  answer: z.string().optional(),
});
export type InsteadOf = z.infer<typeof InsteadOf>;

/** The model that answered: `local-linear@<hash>` for a model of ours, the provider's model id for an LLM. */
export const Answered = z.object({ model: z.string(), usage: Usage.optional(), insteadOf: InsteadOf.optional() });
export type Answered = z.infer<typeof Answered>;

/** The options of every call of a model. A stage's `run` has them all; a signal is enough. */
export interface CallOptions extends Omit<ModelCaller, 'run'> {
  /** Every model stops when it fires. */
  readonly signal: AbortSignal;
  /** The id of the run. */
  readonly id?: string | undefined;
  /** Stand around each call of a language model, the first outermost. */
  readonly modelCalls?: readonly ModelInterceptor[] | undefined;
  /** Hears what the model writes, as it comes. */
  stream?(text: string): void;
  /** Hears that the answer to a call, by the call's key, cannot be used: it is not kept for the next attempt. */
  discardAnswer?(call: string): void;
  /** Hears for which failure a later hop of a route answered. */
  degraded?(insteadOf: Failed): void;
}

/** Text longer than this (UTF-16 units) is cut before any model or rule looks at it. */
export const MAX_TEXT = 64 * 1024;

/** The part of a text that models and rules look at. */
export function capped(text: string): string {
  return cut(text, MAX_TEXT);
}
