import { z } from 'zod';
import { FALLBACKS } from './llm/fallback.js';
import { LlmSettings } from './llm/provider.js';

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
    MODEL_PROVIDER: LlmSettings.shape.provider
      .optional()
      .describe('The kind of model that classify, extract, draft and comply ask. Without it local models answer.'),
    MODEL_URL: z.url('expected an address, e.g. http://model:8080/v1').optional().describe('The address of the model.'),
    MODEL_API_KEY: z.string().optional().describe('The key of the model’s API.'),
    MODEL_NAME: z.string().min(1).optional().describe('The name of the model. Required with `MODEL_PROVIDER`.'),
    MODEL_TIMEOUT_MS: whole(60_000).default(60_000).describe('How many milliseconds one call of the model may take.'),
    MODEL_FALLBACK: z
      .enum(FALLBACKS)
      .default('retried')
      .describe(
        'When the local model answers in the place of the LLM: at the third attempt (`retried`), where asking again is of no use (`permanent`), at the first failure (`always`), or `never`.',
      ),
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
