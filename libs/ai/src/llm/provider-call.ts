import type { FinishReason, ModelAnswer, ModelUsage } from '@millrace/contracts';
import type { LanguageModelUsage, ModelMessage } from 'ai';
import { ModelUnavailable } from './errors.js';
import type { Prompt } from './model-call.js';
import { limitsIn } from './provider-failure.js';
import { languageModel, type LlmSettings } from './provider.js';

export type LoadedModel = Awaited<ReturnType<typeof loadModel>>;

/** The SDK prints warnings of its own to the console, where services log JSON; they are switched off. */
export async function loadModel(settings: LlmSettings) {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  return { sdk: await import('ai'), model: await languageModel(settings) };
}

export interface ProviderCallOptions {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  /** Hears the answer in parts; without it the answer comes at once. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** Sends one request. Rejects with what the SDK throws. */
export async function callProvider(
  { sdk, model }: LoadedModel,
  prompt: Prompt,
  { headers, signal: abortSignal, onText }: ProviderCallOptions,
): Promise<Omit<ModelAnswer, 'durationMs'>> {
  const request = {
    ...{ model, headers, abortSignal },
    system: prompt.system,
    messages: messagesOf(prompt),
    // The answer is read by us: repaired where that is certain, and kept as it came where it is not.
    output: {
      ...sdk.Output.object({ schema: sdk.jsonSchema(prompt.schema), name: prompt.name }),
      parseCompleteOutput: () => Promise.resolve(null),
      // Parts of a text are passed on where this has changed.
      parsePartialOutput: ({ text }: { readonly text: string }) => Promise.resolve({ partial: text.length as never }),
    },
    maxRetries: 0,
    maxOutputTokens: prompt.maxTokens,
  };
  if (onText) return streamed(sdk.streamText({ ...request, onError: () => undefined }), onText);
  return answerOf(await sdk.generateText(request));
}

/** The parts of the SDK's results that an answer is made of. */
interface Result {
  readonly text: string;
  readonly usage: LanguageModelUsage;
  readonly finishReason: string;
  readonly rawFinishReason: string | undefined;
  readonly response: {
    readonly id?: string;
    readonly modelId: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  };
}

function answerOf({ text, usage, response, finishReason, rawFinishReason }: Result): Omit<ModelAnswer, 'durationMs'> {
  const refusal = refusalIn(response.body);
  return {
    text: refusal ?? text,
    finishReason: refusal === undefined ? finishReasonOf(finishReason, rawFinishReason) : 'refused',
    model: response.modelId,
    ...(response.id && { id: response.id }),
    usage: usageOf(usage),
    limits: limitsIn(response.headers ?? {}),
    source: 'provider',
  };
}

interface StreamedResult {
  readonly fullStream: AsyncIterable<{ readonly type: string; readonly text?: string; readonly error?: unknown }>;
  readonly text: PromiseLike<string>;
  readonly usage: PromiseLike<LanguageModelUsage>;
  readonly finishReason: PromiseLike<string>;
  readonly rawFinishReason: PromiseLike<string | undefined>;
  readonly response: PromiseLike<Result['response']>;
}

/** Passes the answer on in parts. Rejects where the provider stops in the middle, also where it does so without a word. */
async function streamed(
  result: StreamedResult,
  onText: (text: string) => void,
): Promise<Omit<ModelAnswer, 'durationMs'>> {
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort') throw new DOMException('The call was aborted.', 'AbortError');
    if (part.type === 'text-delta' && part.text) onText(part.text);
  }
  const rawFinishReason = await result.rawFinishReason;
  if (rawFinishReason === undefined) throw new ModelUnavailable('The model stopped in the middle of its answer.');
  const [text, usage, finishReason, response] = await Promise.all([
    result.text,
    result.usage,
    result.finishReason,
    result.response,
  ]);
  return answerOf({ text, usage, finishReason, rawFinishReason, response });
}

/** Returns the counts that can be counts: what a provider says of its usage is not to be trusted. */
function usageOf({ inputTokens, inputTokenDetails, outputTokens, outputTokenDetails }: LanguageModelUsage): ModelUsage {
  const counts = {
    inputTokens,
    outputTokens,
    cacheReadTokens: inputTokenDetails.cacheReadTokens,
    cacheWriteTokens: inputTokenDetails.cacheWriteTokens,
    reasoningTokens: outputTokenDetails.reasoningTokens,
  };
  return Object.fromEntries(
    Object.entries(counts).filter(([, count]) => Number.isSafeInteger(count) && Number(count) >= 0),
  );
}

function messagesOf({ user, correction }: Prompt): ModelMessage[] {
  const question = { role: 'user', content: user } as const;
  if (correction === undefined) return [question];
  return [
    question,
    { role: 'assistant', content: correction.answer === '' ? '(nothing)' : correction.answer },
    { role: 'user', content: correction.problems },
  ];
}

function finishReasonOf(reason: string, raw: string | undefined): FinishReason {
  if (reason === 'content-filter' || raw === 'refusal') return 'refused';
  return reason === 'stop' || reason === 'length' || reason === 'tool-calls' ? reason : 'other';
}

/** OpenAI's models say beside the answer that they refuse; the SDK does not pass it on. */
function refusalIn(body: unknown): string | undefined {
  const choices = (body as { choices?: readonly { message?: { refusal?: unknown } }[] } | undefined)?.choices;
  const refusal = Array.isArray(choices) ? choices[0]?.message?.refusal : undefined;
  return typeof refusal === 'string' && refusal !== '' ? refusal : undefined;
}
