import type { FinishReason, ModelAnswer, ModelUsage } from '@millrace/contracts';
import type { LanguageModelUsage, ModelMessage } from 'ai';
import { MAX_ANSWER_TOKENS, type Prompt } from './model-call.js';
import { limitsIn } from './provider-failure.js';
import { languageModel, type LlmSettings } from './provider.js';

export type LoadedModel = Awaited<ReturnType<typeof loadModel>>;

/** The SDK prints warnings of its own to the console, where services log JSON; they are switched off. */
export async function loadModel(settings: LlmSettings) {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  return { sdk: await import('ai'), model: await languageModel(settings) };
}

/** Sends one request. Rejects with what the SDK throws. */
export async function callProvider(
  { sdk, model }: LoadedModel,
  prompt: Prompt,
  { headers, signal: abortSignal }: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<Omit<ModelAnswer, 'durationMs'>> {
  const { text, usage, response, finishReason, rawFinishReason } = await sdk.generateText({
    model,
    system: prompt.system,
    messages: messagesOf(prompt),
    // The answer is read by us: repaired where that is certain, and kept as it came where it is not.
    output: {
      ...sdk.Output.object({ schema: sdk.jsonSchema(prompt.schema), name: prompt.name }),
      parseCompleteOutput: () => Promise.resolve(null),
    },
    maxRetries: 0,
    maxOutputTokens: MAX_ANSWER_TOKENS,
    headers,
    abortSignal,
  });
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
