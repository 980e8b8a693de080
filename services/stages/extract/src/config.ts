import { existsSync } from 'node:fs';
import {
  EntityExtractor,
  LlmEntityExtractor,
  ModelEnv,
  modelFor,
  readDataFile,
  RuleEntityExtractor,
  StageModelRoute,
  Topics,
} from '@millrace/ai';
import { z } from 'zod';

export const config = ModelEnv.safeExtend({
  EXTRACT_TOPICS: z
    .string()
    .refine((path) => existsSync(path), 'expected a JSON file with products and issues, which is not there')
    .default('pipelines/support-email/data/topics.json')
    .describe('A JSON file with the products and issues that messages speak of, and the patterns that find them.'),
  EXTRACT_MODEL_ROUTE: StageModelRoute,
});

async function extractorFor(settings: z.output<typeof config>): Promise<EntityExtractor> {
  const topics = await readDataFile(Topics, settings.EXTRACT_TOPICS);
  const local = new RuleEntityExtractor(topics);
  const products = topics.products.map(({ name }) => name);
  const route = settings.EXTRACT_MODEL_ROUTE;
  return modelFor<EntityExtractor>(settings, { llm: (llm) => new LlmEntityExtractor(llm, products), local, route });
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: EntityExtractor, useFactory: () => extractorFor(settings) },
];
