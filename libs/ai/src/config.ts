import { z } from 'zod';
import { FALLBACKS } from './fallback.js';
import { LlmSettings } from './provider.js';

const whole = (example: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number of milliseconds, e.g. ${example}`)
    .transform(Number);

/**
 * Settings of the models, for a service's configuration. Without `MODEL_PROVIDER` everything is local.
 * `MODEL_FALLBACK` says when the local model answers in the LLM's place (`retried` by default).
 */
export const ModelEnv = z
  .object({
    MODEL_PROVIDER: LlmSettings.shape.provider.optional(),
    MODEL_URL: z.url('expected an address, e.g. http://model:8080/v1').optional(),
    MODEL_API_KEY: z.string().optional(),
    MODEL_NAME: z.string().min(1).optional(),
    MODEL_TIMEOUT_MS: whole(60_000).default(60_000),
    MODEL_FALLBACK: z.enum(FALLBACKS).default('retried'),
  })
  .superRefine((env, problems) => {
    const missing = (name: string, why: string) =>
      problems.addIssue({ code: 'custom', path: [name], message: `is missing: ${why}` });
    if (!env.MODEL_PROVIDER) return;
    if (!env.MODEL_NAME) missing('MODEL_NAME', 'the name of the model to ask');
    if (env.MODEL_PROVIDER === 'openai-compatible' && !env.MODEL_URL) {
      missing('MODEL_URL', 'an OpenAI-compatible endpoint, e.g. http://model:8080/v1');
    }
  });
export type ModelEnv = z.infer<typeof ModelEnv>;

/** The LLM's settings, or nothing where models are local. */
export function llmSettings(env: ModelEnv): LlmSettings | undefined {
  if (!env.MODEL_PROVIDER || !env.MODEL_NAME) return undefined;
  return {
    provider: env.MODEL_PROVIDER,
    model: env.MODEL_NAME,
    timeoutMs: env.MODEL_TIMEOUT_MS,
    ...(env.MODEL_URL && { url: env.MODEL_URL }),
    ...(env.MODEL_API_KEY && { apiKey: env.MODEL_API_KEY }),
  };
}
