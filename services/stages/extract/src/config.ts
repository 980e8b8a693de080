import {
  EntityExtractor,
  Llm,
  LlmEntityExtractor,
  llmSettings,
  ModelEnv,
  RuleEntityExtractor,
  withFallback,
} from '@millrace/ai';
import type { z } from 'zod';

export const config = ModelEnv;

function extractorFor(settings: z.output<typeof config>): EntityExtractor {
  const local = new RuleEntityExtractor();
  const llm = llmSettings(settings);
  if (llm === undefined) return local;
  return withFallback<EntityExtractor>(new LlmEntityExtractor(new Llm(llm)), local, settings.MODEL_FALLBACK);
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: EntityExtractor, useFactory: () => extractorFor(settings) },
];
