import { z } from 'zod';
import { FinishReason, type ModelAnswer, type ModelCall } from '../model-call.js';
import { cut } from '../values/cut.js';
import { Count, DurationMs, text } from '../values/values.js';

const Label = text({ max: 200 });

/** The most calls of one attempt that its history keeps: the last ones. */
export const MOST_MADE_CALLS = 20;

/** One call of a model that an attempt made, as its history keeps it: no word of what was asked and answered. */
export const MadeCall = z.object({
  /** The name of the prompt, e.g. `classify`. */
  prompt: Label,
  operation: z.enum(['chat', 'embeddings', 'rerank']),
  provider: Label,
  model: Label,
  /** The place in the route, from 0, and its name: `model`, `cheaper`. A call behind another place was made for that one's failure. */
  hop: z.object({ index: Count, name: Label }),
  /** The second question, which says what was wrong with the first answer. */
  isReask: z.literal(true).optional(),
  /** The answer of an earlier call, for which nothing was paid again. */
  isKept: z.literal(true).optional(),
  ms: DurationMs,
  /** As the provider counts them; absent where it says nothing. */
  tokens: z.object({ input: Count.optional(), output: Count.optional(), cacheRead: Count.optional() }).optional(),
  finish: FinishReason.optional(),
  /** The code with which the call failed; `cancelled` where nobody waited for it any more. */
  code: text({ max: 64 }).optional(),
  /** The span of the call has the prompt and the answer, redacted. Otherwise neither is kept. */
  hasContent: z.literal(true).optional(),
});
export type MadeCall = z.infer<typeof MadeCall>;

/** The calls of models that an attempt made, in order: the last 20. */
export const MadeCalls = z.object({
  items: z.array(MadeCall).max(MOST_MADE_CALLS),
  /** The number of all calls, where some are left out. */
  total: Count.optional(),
});
export type MadeCalls = z.infer<typeof MadeCalls>;

interface Outcome {
  readonly ms: number;
  readonly answer?: ModelAnswer | undefined;
  readonly code?: string | undefined;
  readonly hasContent: boolean;
}

const MOST_LABEL = 200;
const MOST_CODE = 64;
/** A number that a provider made up must not make the whole event unreadable. */
const counted = (given: number | undefined): number | undefined => Count.safeParse(given).data;
const label = (given: string): string => cut(given.toWellFormed().replaceAll('\0', ''), MOST_LABEL);

/** Returns what the history of an attempt keeps of a call. */
export function madeCallOf(call: ModelCall, { ms, answer, code, hasContent }: Outcome): MadeCall {
  const usage = answer?.usage ?? {};
  const [input, output, cacheRead] = [usage.inputTokens, usage.outputTokens, usage.cacheReadTokens].map(counted);
  const isCounted = input !== undefined || output !== undefined;
  return {
    prompt: label(call.prompt),
    operation: call.operation,
    provider: label(call.provider),
    model: label(call.model),
    hop: { index: call.hop.index, name: label(call.hop.name) },
    ...(call.isReask && { isReask: true }),
    ...(answer?.source === 'kept' && { isKept: true }),
    ms: DurationMs.safeParse(Math.round(ms)).data ?? 0,
    ...(isCounted && {
      tokens: {
        ...(input !== undefined && { input }),
        ...(output !== undefined && { output }),
        ...(cacheRead !== undefined && { cacheRead }),
      },
    }),
    ...(answer && { finish: answer.finishReason }),
    ...(code !== undefined && { code: label(code).slice(0, MOST_CODE) }),
    ...(hasContent && { hasContent: true }),
  };
}
