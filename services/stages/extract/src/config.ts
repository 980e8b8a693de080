import { existsSync } from 'node:fs';
import {
  EntityExtractor,
  Llm,
  LlmEntityExtractor,
  llmSettings,
  ModelEnv,
  readDataFile,
  RuleEntityExtractor,
  Topics,
  withFallback,
} from '@millrace/ai';
import { z } from 'zod';

export const config = ModelEnv.safeExtend({
  EXTRACT_TOPICS: z
    .string()
    .refine((path) => existsSync(path), 'expected a JSON file with products and issues, which is not there')
    .default('pipelines/support-email/data/topics.json')
    .describe('A JSON file with the products and issues that messages speak of, and the patterns that find them.'),
});

async function extractorFor(settings: z.output<typeof config>): Promise<EntityExtractor> {
  const topics = await readDataFile(Topics, settings.EXTRACT_TOPICS);
  const local = new RuleEntityExtractor(topics);
  const llm = llmSettings(settings);
  if (llm === undefined) return local;
  const products = topics.products.map(({ name }) => name);
  return withFallback<EntityExtractor>(new LlmEntityExtractor(new Llm(llm), products), local, settings.MODEL_FALLBACK);
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: EntityExtractor, useFactory: () => extractorFor(settings) },
];
