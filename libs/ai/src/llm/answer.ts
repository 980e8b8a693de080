import { cut } from '@millrace/contracts';
import { z } from 'zod';

/** Tokens a model charged for one answer, where the provider says. */
export const Usage = z.object({
  inputTokens: z.number().int().nonnegative().optional(),
  outputTokens: z.number().int().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;

/** The failure for which a local model answered in an LLM's place. */
export const InsteadOf = z.object({ code: z.string(), message: z.string() });
export type InsteadOf = z.infer<typeof InsteadOf>;

/** The model that answered: `local-linear@<hash>` for a model of ours, the provider's model id for an LLM. */
export const Answered = z.object({ model: z.string(), usage: Usage.optional(), insteadOf: InsteadOf.optional() });
export type Answered = z.infer<typeof Answered>;

/** Every model takes a signal and stops when it fires. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** The number of the step's attempt, from 1: the local model may answer at the last one. */
  readonly attempt?: number;
}

/** Text longer than this (UTF-16 units) is cut before any model or rule looks at it. */
export const MAX_TEXT = 64 * 1024;

/** The part of a text that models and rules look at. */
export function capped(text: string): string {
  return cut(text, MAX_TEXT);
}
