import { z } from 'zod';
import { EVENT_TYPE } from '../records/headers.js';
import { KeptCall } from '../records/model-answers.js';
import { LedgerEntry, ModelBudget, ModelCallEvents, ModelGrants, ModelPrices, ModelQuota } from '../records/models.js';
import type { Topics } from '../records/topics.js';
import { type Channel, InternalHeaders } from './channel.js';

/** Returns the topics by which calls of models are limited, counted and kept. */
export function channelsOfModels(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'models',
      address: topics.models,
      action: 'receive',
      description:
        'Quotas, budgets and prices of models. Compacted, keyed `quota/<provider>/<model>/<tenant>`, `budget/<name>` or `prices`; without a value one is there no more.',
      type: EVENT_TYPE.model,
      headers: InternalHeaders,
      payload: z.union([ModelQuota, ModelBudget, ModelPrices]),
    },
    {
      name: 'modelCalls',
      address: topics.modelCalls,
      action: 'receive',
      description:
        'Calls of models that ask for their turn, and how they ended. One partition, so that there is one order.',
      type: EVENT_TYPE.modelCall,
      headers: InternalHeaders,
      payload: ModelCallEvents,
    },
    {
      name: 'modelGrants',
      address: topics.modelGrants,
      action: 'send',
      description: 'The turns of calls of models: each process takes what names it.',
      type: EVENT_TYPE.modelGrants,
      headers: InternalHeaders,
      payload: ModelGrants,
    },
    {
      name: 'modelLedger',
      address: topics.modelLedger,
      action: 'send',
      description: 'The tokens and money that calls of models took, and the state of quotas and budgets. Compacted.',
      type: EVENT_TYPE.modelLedger,
      headers: InternalHeaders,
      payload: LedgerEntry,
    },
    {
      name: 'modelAnswers',
      address: topics.modelAnswers,
      action: 'send',
      description:
        'The answers of models to steps that are not committed, and the calls that are under way. Compacted, keyed by call; without a value the call is over.',
      type: EVENT_TYPE.modelAnswer,
      headers: InternalHeaders,
      payload: KeptCall,
    },
  ];
}
