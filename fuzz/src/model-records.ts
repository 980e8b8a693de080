import type { Outgoing } from '@millrace/broker';
import {
  KeptCall,
  LedgerEntry,
  ModelBudget,
  ModelCallEvents,
  ModelGrants,
  ModelPrices,
  ModelQuota,
  StepText,
  StepWatch,
  type Topics,
} from '@millrace/contracts';
import fc from 'fast-check';
import type { z } from 'zod';

type ModelTopicName =
  'models' | 'model-calls' | 'model-grants' | 'model-ledger' | 'model-answers' | 'step-watches' | 'step-texts';

export interface Shape {
  readonly topic: fc.Arbitrary<string>;
  readonly document: fc.Arbitrary<unknown>;
  readonly key: fc.Arbitrary<string | null>;
  readonly headers: fc.Arbitrary<NonNullable<Outgoing['headers']>>;
}

const none = fc.constant({});

/** The topics on which quotas, budgets, calls and answers of models are kept, and what steps write. */
export function modelShapeOf(
  name: ModelTopicName,
  topics: Topics,
  like: (schema: z.ZodType, topic?: string) => fc.Arbitrary<unknown>,
): Shape {
  const keys = fc.constantFrom('quota/ollama/small/*', 'budget/month', 'prices', 'spent/2026-11-30/a/b/c', 'odd');
  switch (name) {
    case 'models':
      return {
        topic: fc.constant(topics.models),
        document: fc.oneof(like(ModelQuota), like(ModelBudget), like(ModelPrices)),
        key: keys,
        headers: none,
      };
    case 'model-calls':
      return { topic: fc.constant(topics.modelCalls), document: like(ModelCallEvents), key: keys, headers: none };
    case 'model-grants':
      return { topic: fc.constant(topics.modelGrants), document: like(ModelGrants), key: keys, headers: none };
    case 'model-ledger':
      return { topic: fc.constant(topics.modelLedger), document: like(LedgerEntry), key: keys, headers: none };
    case 'step-watches':
      return { topic: fc.constant(topics.stepWatches), document: like(StepWatch), key: keys, headers: none };
    case 'step-texts':
      return { topic: fc.constant(topics.stepTexts), document: like(StepText), key: keys, headers: none };
    case 'model-answers':
      return { topic: fc.constant(topics.modelAnswers), document: like(KeptCall), key: keys, headers: none };
  }
}
