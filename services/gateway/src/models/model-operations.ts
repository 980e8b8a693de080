import * as http from '@millrace/contracts/http';
import { ok, type Operation } from '../http/operation.js';
import { SpendingQuery } from '../http/queries.js';

export const MODEL_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/models',
    id: 'getModels',
    summary: 'The quotas, budgets and prices of models, and the calls that are under way or whose end is unknown.',
    answers: ok('ModelsView', 'As they were set last; what waits and runs as of moments ago.'),
    problems: [],
  },
  {
    method: 'POST',
    path: '/v1/models/quotas',
    id: 'setModelQuota',
    summary:
      'Says what a provider allows for a model, over all processes. A quota that limits nothing is removed. It holds for calls that wait, too.',
    body: http.QuotaBody,
    answers: ok('QuotaView', 'Durable; it holds within moments.'),
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/models/budgets',
    id: 'setModelBudget',
    summary: 'Says how many tokens, how much money or how many calls may be spent. A budget without limits is removed.',
    body: http.BudgetBody,
    answers: ok('BudgetView', 'Durable; it holds within moments.'),
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/models/prices',
    id: 'setModelPrices',
    summary: 'Sets the price table: it holds for calls that end from now on.',
    body: http.PricesBody,
    answers: ok('PricesView', 'Durable; it holds within moments.'),
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'GET',
    path: '/v1/models/spending',
    id: 'listModelSpending',
    summary:
      'The tokens and money that calls of models took, by day (UTC), tenant, pipeline and model, and the state of budgets.',
    query: SpendingQuery,
    answers: ok('SpendingList', 'The newest day first.'),
    problems: ['INVALID_REQUEST'],
  },
];
