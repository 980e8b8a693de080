import { present } from '@millrace/contracts';
import type { LanguageModel } from 'ai';
import { z } from 'zod';
import { boundedFetch } from './bounded-fetch.js';

/** The address of an LLM and how long it may take. `url` ends in the API's version (`/v1`); for Ollama it is the server's address. */
export const LlmSettings = z.object({
  provider: z.enum(['openai-compatible', 'anthropic', 'ollama']),
  url: z.url().optional(),
  apiKey: z.string().optional(),
  model: z.string().min(1),
  timeoutMs: z.number().int().positive().default(60_000),
  /** `redacted`: numbers and addresses of people leave as placeholders, and are put back into the answer. */
  personalData: z.enum(['redacted', 'sent']).default('redacted'),
  /** The answer is asked for in parts, which `run.stream` shows to those who watch the step. */
  streamed: z.boolean().default(false),
  /** A call that a process may have made before it died, of which nobody knows the outcome, is made again (`ask`) or fails with `MODEL_CALL_UNKNOWN`. */
  unknownCalls: z.enum(['ask', 'fail']).default('ask'),
  /** A call that has no answer after so many milliseconds is made a second time, within a stage: the answer that comes first counts, and both are paid. */
  hedgeMs: z.number().int().positive().optional(),
});
export type LlmSettings = z.infer<typeof LlmSettings>;

/** A streamed answer tells of its tokens only where it is asked to. */
const OPTIONS = { supportsStructuredOutputs: true, includeUsage: true } as const;
const OLLAMA = 'http://localhost:11434';

/** Throws what is missing from settings that cannot lead anywhere. */
export function checkedSettings(settings: z.input<typeof LlmSettings>): LlmSettings {
  const checked = LlmSettings.parse(settings);
  if (checked.provider === 'openai-compatible' && checked.url === undefined) {
    throw new TypeError('An openai-compatible model needs a url, e.g. http://model:8080/v1');
  }
  return checked;
}

/** The model of the AI SDK for these settings. The SDK is loaded here, so that a service with local models never does. */
export async function languageModel({ provider, url, apiKey, model }: LlmSettings): Promise<LanguageModel> {
  const key = { fetch: boundedFetch(), ...(apiKey !== undefined && { apiKey }) };
  if (provider === 'anthropic') {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ ...key, ...(url === undefined ? {} : { baseURL: url }) })(model);
  }
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const baseURL =
    provider === 'ollama' ? `${(url ?? OLLAMA).replace(/\/(?:v1\/?)?$/, '')}/v1` : present(url, 'url of the model');
  return createOpenAICompatible({ ...key, baseURL, name: provider, ...OPTIONS })(model);
}
