import type { ModelAnswer, ModelCall } from '@millrace/contracts';
import { timeoutSignal } from '@millrace/contracts/timers';
import { z } from 'zod';
import { boundedFetch } from './bounded-fetch.js';
import { ModelError, ModelTimeout, ModelUnavailable } from './errors.js';
import { limitsIn, refusal, unreadable } from './provider-failure.js';
import { LlmSettings } from './provider.js';

/** The address of a model that answers texts with numbers, by OpenAI's API or one like it. */
export const NumbersSettings = LlmSettings.pick({
  url: true,
  apiKey: true,
  model: true,
  timeoutMs: true,
  personalData: true,
  unknownCalls: true,
}).extend({
  provider: z.enum(['openai-compatible', 'ollama']).default('openai-compatible'),
  /** `url` ends in the API's version: `http://model:8080/v1`. */
  url: z.url(),
});
export type NumbersSettings = z.infer<typeof NumbersSettings>;

/** A thousand vectors of 1,536 numbers as JSON. */
const MAX_BYTES = 32 * 1024 * 1024;

const Usage = z.object({ prompt_tokens: z.int().min(0).optional(), total_tokens: z.int().min(0).optional() });
const Answer = z.object({
  id: z.string().optional(),
  model: z.string().optional(),
  usage: Usage.optional().catch(undefined),
});

/** Sends one request. `read` returns the numbers that are kept of its answer, and throws where they are not there. */
export async function askForNumbers(
  { url, apiKey, model, timeoutMs }: NumbersSettings,
  call: ModelCall,
  { path, body, read }: { path: string; body: object; read: (answer: unknown) => unknown },
): Promise<ModelAnswer> {
  const timeout = timeoutSignal(timeoutMs);
  const startedAt = performance.now();
  try {
    const response = await boundedFetch(MAX_BYTES)(`${url.replace(/\/+$/, '')}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `${call.key}.${call.caller.attempt ?? 1}`,
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, ...body }),
      signal: AbortSignal.any([call.signal, timeout]),
    });
    const headers = Object.fromEntries(response.headers);
    if (!response.ok) throw refusal(response.status, headers, call.prompt);
    const { answer, numbers } = readBody(await response.text(), call.prompt, read);
    const tokens = answer.usage?.prompt_tokens ?? answer.usage?.total_tokens;
    return {
      text: JSON.stringify(numbers),
      finishReason: 'stop',
      model: answer.model ?? model,
      ...(answer.id !== undefined && { id: answer.id }),
      usage: tokens === undefined ? {} : { inputTokens: tokens, outputTokens: 0 },
      limits: limitsIn(headers),
      durationMs: performance.now() - startedAt,
      source: 'provider',
    };
  } catch (thrown) {
    call.signal.throwIfAborted();
    if (timeout.aborted) throw new ModelTimeout(`The model did not answer ${call.prompt} within ${timeoutMs} ms.`);
    if (thrown instanceof ModelError) throw thrown;
    throw new ModelUnavailable(`The model could not be reached to ${call.prompt}.`, { cause: thrown });
  }
}

function readBody(text: string, task: string, read: (answer: unknown) => unknown) {
  try {
    const json: unknown = JSON.parse(text);
    return { answer: Answer.parse(json), numbers: read(json) };
  } catch {
    throw unreadable(task);
  }
}
