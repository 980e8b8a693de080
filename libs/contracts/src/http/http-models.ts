import { z } from 'zod';
import { ModelBudget, ModelPrices, ModelQuota, ModelSums } from '../records/models.js';
import { Name, Person, Reason, StepName } from '../values/values.js';

const Time = z.iso.datetime();
const Act = { by: Person.optional(), reason: Reason.optional() };
const quota = ModelQuota.shape;
const budget = ModelBudget.shape;

export const QuotaBody = z.strictObject({
  provider: quota.provider.describe('The provider of the model; `*` for all.'),
  model: quota.model.describe('The model; `*` for all.'),
  tenant: Name.default('*').describe('The tenant that has a quota of its own; `*` for all, which share it.'),
  requests: quota.requests.describe('The number of calls in the window.'),
  tokens: quota.tokens.describe('The number of tokens of prompts and answers in the window.'),
  perMs: quota.perMs.describe('The length of the window in milliseconds; a minute without it.'),
  concurrency: quota.concurrency.describe('The number of calls at once.'),
  weights: quota.weights.describe('The shares of tenants and pipelines that wait, as multiples of weight 1.'),
  breaker: quota.breaker.describe('Stops calling a provider that has failed so often in a row, for so long.'),
  ...Act,
});
export type QuotaBody = z.infer<typeof QuotaBody>;

export const BudgetBody = z.strictObject({
  name: budget.name,
  provider: budget.provider,
  model: budget.model,
  tenant: budget.tenant,
  pipeline: budget.pipeline,
  per: budget.per.describe('The limits are for each call, step, run or day (UTC), or for all time.'),
  tokens: budget.tokens.describe('The most tokens of prompts and answers.'),
  money: budget.money.describe('The most money, in the currency of the price table.'),
  calls: budget.calls.describe('The most calls of a model.'),
  atLimit: budget.atLimit.describe(
    'What happens to a call that does not fit: `warn` lets it through, `cheaper` fails it as MODEL_BUDGET_CHEAPER for a fallback, `wait` holds it until there is room, `stop` fails it as MODEL_BUDGET_SPENT.',
  ),
  ...Act,
});
export type BudgetBody = z.infer<typeof BudgetBody>;

export const PricesBody = z.strictObject({
  version: ModelPrices.shape.version,
  currency: ModelPrices.shape.currency,
  prices: ModelPrices.shape.prices.describe(
    'For a million tokens of the prompt (`input`) and of the answer (`output`).',
  ),
  ...Act,
});
export type PricesBody = z.infer<typeof PricesBody>;

export const QuotaView = ModelQuota.omit({ at: true }).extend({
  setAt: Time,
  /** Calls that wait for the quota’s model, and calls under way. */
  waiting: z.int(),
  running: z.int(),
  /** Nobody calls until then: the provider asked for it, or has failed too often. */
  pausedUntil: Time.optional(),
});
export type QuotaView = z.infer<typeof QuotaView>;

export const BudgetView = ModelBudget.omit({ at: true }).extend({ setAt: Time });
export type BudgetView = z.infer<typeof BudgetView>;

export const PricesView = ModelPrices.omit({ at: true }).extend({ setAt: Time });
export type PricesView = z.infer<typeof PricesView>;

export const ModelCallView = z.object({
  id: z.string(),
  run: z.string(),
  step: StepName,
  provider: z.string(),
  model: z.string(),
  tenant: z.string().optional(),
  pipeline: z.string().optional(),
  since: Time,
  /** `unknown`: nobody can say whether the provider did the work; it counts as estimated. */
  status: z.enum(['running', 'unknown']),
  tokens: z.int(),
});
export type ModelCallView = z.infer<typeof ModelCallView>;

export const ModelsView = z.object({
  quotas: z.array(QuotaView),
  budgets: z.array(BudgetView),
  prices: PricesView.optional(),
  calls: z.array(ModelCallView),
});
export type ModelsView = z.infer<typeof ModelsView>;

export const SpendingView = z.object({
  day: z.string(),
  tenant: z.string().optional(),
  pipeline: z.string().optional(),
  provider: z.string(),
  model: z.string(),
  ...ModelSums.omit({ micros: true }).shape,
  /** In the currency of the price table, without the calls that are `unpriced`. */
  money: z.number(),
});
export type SpendingView = z.infer<typeof SpendingView>;

/** The counts of a budget. */
export const BudgetUseView = z.object({
  budget: z.string(),
  subject: z.string(),
  calls: z.int(),
  tokens: z.int(),
  money: z.number(),
  unpriced: z.int(),
});
export type BudgetUseView = z.infer<typeof BudgetUseView>;

export const SpendingList = z.object({
  items: z.array(SpendingView),
  budgets: z.array(BudgetUseView),
  currency: z.string().optional(),
});
export type SpendingList = z.infer<typeof SpendingList>;
