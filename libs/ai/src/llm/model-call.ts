import { createHash, randomUUID } from 'node:crypto';
import type { ModelAnswer, ModelCall, ModelInterceptor } from '@millrace/contracts';
import type { CallOptions } from './answer.js';
import type { LlmSettings } from './provider.js';
import { redact as withoutPersonalData } from '../text/redact.js';

/** The content of one request. */
export interface Prompt {
  /** Its name, e.g. `classify`. */
  readonly name: string;
  readonly system: string;
  readonly user: string;
  /** For the second question: the first answer, and what was wrong with it. */
  readonly correction?: { readonly answer: string; readonly problems: string };
  readonly schema: Readonly<Record<string, unknown>>;
  /** The most tokens of the answer. */
  readonly maxTokens: number;
}

/** A model's place in its route. */
export type Hop = ModelCall['hop'];

/** Every answer asked for here is a label, a list or a letter. */
export const MAX_ANSWER_TOKENS = 4_096;

/** Characters of a token, on the low side: an estimate may be too high, never much too low. */
const TOKEN_CHARS = 3;

/** Returns the call as its interceptors see it. */
export function modelCall(
  prompt: Prompt,
  { settings, hop }: { settings: LlmSettings; hop: Hop },
  options: CallOptions,
): ModelCall {
  const { system, user, correction, schema } = prompt;
  const text = [system, user, correction?.answer ?? '', correction?.problems ?? '', JSON.stringify(schema)];
  return {
    ...requestCall(text, settings, options),
    operation: 'chat',
    prompt: prompt.name,
    hop,
    isReask: correction !== undefined,
    estimate: { inputTokens: tokensIn(text), outputTokens: prompt.maxTokens },
    content: (answer) => ({
      system: withoutPersonalData(system),
      user: withoutPersonalData(user),
      ...(answer && { answer: withoutPersonalData(answer.text) }),
    }),
  };
}

/** Returns a call that answers texts with numbers. */
export function numbersCall(
  { operation, name, texts }: { operation: 'embeddings' | 'rerank'; name: string; texts: readonly string[] },
  settings: RequestSettings,
  options: CallOptions,
): ModelCall {
  return {
    ...requestCall([operation, ...texts], settings, options),
    operation,
    prompt: name,
    hop: { index: 0, name: 'model' },
    isReask: false,
    estimate: { inputTokens: tokensIn(texts), outputTokens: 0 },
    // Numbers tell nobody anything.
    content: () => ({ system: '', user: texts.map(withoutPersonalData).join('\n') }),
  };
}

type RequestSettings = Pick<LlmSettings, 'provider' | 'model' | 'url' | 'unknownCalls'> &
  Partial<Pick<LlmSettings, 'hedgeMs'>>;

const tokensIn = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, part) => sum + part.length, 0) / TOKEN_CHARS);

/** The parts of a call that follow from where it goes, who makes it, and what it asks. */
function requestCall(text: readonly string[], settings: RequestSettings, options: CallOptions) {
  const { provider, model, url, unknownCalls: ifUnknown, hedgeMs } = settings;
  const { id, step, attempt, stage, pipeline, tenant, priority, idempotencyKey, signal } = options;
  const content = hashOf([provider, model, url ?? '', ...text]);
  const identity = idempotencyKey === undefined ? randomUUID() : `${idempotencyKey}\n${content}`;
  return {
    key: hashOf([identity, String(timesAsked(options, content))]),
    ...{ provider, model, url, ifUnknown, hedgeMs, signal },
    caller: { run: id, step, attempt, stage, pipeline, tenant, priority, idempotencyKey },
  };
}

/** Calls through the interceptors, the first outermost. */
export function callThrough(
  interceptors: readonly ModelInterceptor[],
  call: ModelCall,
  ask: () => Promise<ModelAnswer>,
): Promise<ModelAnswer> {
  return interceptors.reduceRight<() => Promise<ModelAnswer>>(
    (next, interceptor) => async () => interceptor(call, next),
    ask,
  )();
}

const hashOf = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The requests of an attempt so far: the same question asked twice by one attempt is two calls. */
const asked = new WeakMap<CallOptions, Map<string, number>>();

function timesAsked(options: CallOptions, content: string): number {
  const counts = asked.get(options) ?? new Map<string, number>();
  asked.set(options, counts);
  const times = (counts.get(content) ?? 0) + 1;
  counts.set(content, times);
  return times;
}
