import { z } from 'zod';
import { Priority } from './limits.js';
import {
  Attempt,
  ByWhom,
  Count,
  DurationMs,
  Id,
  Name,
  PositiveCount,
  StepName,
  text,
  TimeMs,
} from '../values/values.js';

/** The name of a model, as its provider knows it. */
const ModelName = text({ min: 1, max: 200 });
const Tokens = z.int().min(0).max(1_000_000_000_000);
/** A millionth of the price table's currency. */
const Micros = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Names the calls that a quota is for. `*` stands for all, which share the quota. */
export const QuotaKey = z.object({ provider: Name, model: ModelName, tenant: Name });
export type QuotaKey = z.infer<typeof QuotaKey>;

/** The limits of a provider for a model, over all processes: a record on `models`, keyed `quota/<provider>/<model>/<tenant>`. */
export const ModelQuota = QuotaKey.extend({
  /** Calls in `perMs`. */
  requests: PositiveCount.optional(),
  /** Tokens of prompts and answers in `perMs`. */
  tokens: Tokens.min(1).optional(),
  /** The length of the provider's window. */
  perMs: DurationMs.min(1_000).default(60_000),
  /** Calls at once. */
  concurrency: PositiveCount.optional(),
  /** The shares of tenants and pipelines that wait, as multiples of weight 1. */
  weights: z
    .object({
      tenants: z.record(Name, z.number().min(0.001).max(1_000)).optional(),
      pipelines: z.record(Name, z.number().min(0.001).max(1_000)).optional(),
    })
    .optional(),
  /** Stops calling a provider that has failed so often in a row, for so long. */
  breaker: z.object({ failures: PositiveCount, pauseMs: DurationMs.min(1) }).optional(),
  at: TimeMs,
  ...ByWhom,
});
export type ModelQuota = z.infer<typeof ModelQuota>;

export const BUDGET_ACTIONS = ['warn', 'cheaper', 'wait', 'stop'] as const;

/** The limit of what may be spent: a record on `models`, keyed `budget/<name>`. Names that are left out stand for all. */
export const ModelBudget = z.object({
  name: Name,
  provider: Name.optional(),
  model: ModelName.optional(),
  tenant: Name.optional(),
  pipeline: Name.optional(),
  /** The scope of the limits: each call, step, run or day (UTC), or `total` for all time. */
  per: z.enum(['call', 'step', 'run', 'day', 'total']),
  tokens: Tokens.optional(),
  /** In the currency of the price table. */
  money: z.number().min(0).max(1_000_000_000).optional(),
  /** Calls of a model: for `step`, the turns of an agent. */
  calls: Count.optional(),
  /** The treatment of a call that does not fit: it goes through and is told of, takes the next hop of its route, waits for a person, or fails. */
  atLimit: z.enum(BUDGET_ACTIONS).default('stop'),
  at: TimeMs,
  ...ByWhom,
});
export type ModelBudget = z.infer<typeof ModelBudget>;

/** The prices of models: the record `prices` on `models`. A model that is not among them has an unknown price, which is never zero. */
export const ModelPrices = z.object({
  version: Name,
  currency: text({ min: 1, max: 20 }),
  prices: z
    .array(
      z.object({
        provider: Name,
        model: ModelName,
        /** For a million tokens of the prompt, and of the answer. */
        input: z.number().min(0).max(1_000_000),
        output: z.number().min(0).max(1_000_000),
      }),
    )
    .max(2_000),
  at: TimeMs,
  ...ByWhom,
});
export type ModelPrices = z.infer<typeof ModelPrices>;

/** Returns what tokens cost, in millionths of the currency; undefined where the model has no price. */
export function microsOf(
  prices: ModelPrices | undefined,
  { provider, model }: { readonly provider: string; readonly model: string },
  usage: TokenUsage,
): number | undefined {
  const price = prices?.prices.find((one) => one.provider === provider && one.model === model);
  return price && Math.round(usage.input * price.input + usage.output * price.output);
}

/** One call of a model, before it is made. */
export const MeteredCall = z.object({
  /** The same for each attempt of the step and after a crash. */
  id: Id,
  provider: Name,
  model: ModelName,
  tenant: Name.optional(),
  pipeline: Name.optional(),
  priority: Priority.optional(),
  run: Id,
  step: StepName,
  attempt: Attempt,
  /** Tokens that the prompt has, and that the answer may have. */
  estimate: z.object({ input: Tokens, output: Tokens }),
  /** The longest time that the call takes once it is made. */
  timeoutMs: DurationMs,
});
export type MeteredCall = z.infer<typeof MeteredCall>;

export const TokenUsage = z.object({ input: Tokens, output: Tokens });
export type TokenUsage = z.infer<typeof TokenUsage>;

/** The ends of a call. `unknown`: nobody can say whether the provider did the work. */
export const CALL_OUTCOMES = ['answered', 'rejected', 'failed', 'withdrawn', 'unknown'] as const;

/** The news that a process that makes calls tells the keeper of quotas: a record on `model-calls`. */
export const ModelCallEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call.asked'), process: Id, call: MeteredCall }),
  z.object({
    type: z.literal('call.ended'),
    process: Id,
    call: MeteredCall,
    outcome: z.enum(CALL_OUTCOMES),
    /** As the provider says; absent where it says nothing. */
    usage: TokenUsage.optional(),
    /** The time that the provider asks everybody to wait. */
    retryAfterMs: DurationMs.optional(),
    /** The rate-limit headers say that nothing is left, and for how long. */
    exhaustedMs: DurationMs.optional(),
    /** No quota and no budget was for the call: it was made without asking, and is told of once, with the answer of its step. */
    unasked: z.literal(true).optional(),
    /** The call was not made, and its step has left the stage: the call keeps its turn, and asks again when the step comes back. */
    returns: z.literal(true).optional(),
  }),
  /** The calls that the process has in hand, every few seconds while it has any. */
  z.object({
    type: z.literal('process.alive'),
    process: Id,
    waiting: z.array(Id).max(20_000),
    running: z.array(Id).max(20_000),
  }),
  /** Time has passed: somebody's turn may have come. */
  z.object({ type: z.literal('keeper.woken') }),
]);
export type ModelCallEvent = z.infer<typeof ModelCallEvent>;

export const REFUSALS = ['too-large', 'provider-down', 'budget', 'budget-cheaper', 'price-unknown'] as const;

/** The answers of the keeper. */
export const ModelGrant = z.discriminatedUnion('is', [
  z.object({ is: z.literal('granted'), id: Id, process: Id, warnings: z.array(Name).optional() }),
  z.object({
    is: z.literal('refused'),
    id: Id,
    process: Id,
    why: z.enum(REFUSALS),
    /** The quota or the budget. */
    by: text({ max: 700 }),
    retryAfterMs: DurationMs.optional(),
  }),
  /** The call waits, not before so many milliseconds from now as far as one can tell. */
  z.object({
    is: z.literal('waits'),
    id: Id,
    process: Id,
    ms: DurationMs,
    forPerson: z.literal(true).optional(),
    /** The quota or the budget. */
    by: text({ max: 700 }).optional(),
  }),
  /** The keeper does not know these calls: ask again. */
  z.object({ is: z.literal('unknown'), process: Id, ids: z.array(Id) }),
]);
export type ModelGrant = z.infer<typeof ModelGrant>;

const Sums = {
  calls: Count,
  input: Tokens,
  output: Tokens,
  micros: Micros,
  /** Calls whose model has no price: what they cost is not in `micros`. */
  unpriced: Count,
  /** Calls whose provider said nothing of tokens, or what cannot be: they count as estimated. */
  estimated: Count,
  /** Calls of which nobody can say whether they were made: they count as estimated. */
  unknown: Count,
};
export const ModelSums = z.object(Sums);
export type ModelSums = z.infer<typeof ModelSums>;

/** A line of the ledger: what was spent on a day (UTC) by a pipeline and a tenant with a model. Keyed `spent/…` on `model-ledger`. */
export const ModelSpending = z.object({
  kind: z.literal('spent'),
  day: z.iso.date(),
  tenant: Name.optional(),
  pipeline: Name.optional(),
  provider: Name,
  model: ModelName,
  ...Sums,
});
export type ModelSpending = z.infer<typeof ModelSpending>;

/** The rest of a quota, as it survives a restart of the keeper. Keyed `quota/…` on `model-ledger`. */
export const QuotaState = QuotaKey.extend({
  kind: z.literal('quota'),
  at: TimeMs,
  requests: z.number(),
  tokens: z.number(),
  /** The use in each part of the window, by the number of the part. */
  parts: z.array(z.tuple([z.int(), z.number(), z.number()])),
  pausedUntil: TimeMs.optional(),
  pauses: Count,
  failures: Count,
  waiting: Count,
  running: Count,
});
export type QuotaState = z.infer<typeof QuotaState>;

/**
 * A call that was granted and has not ended. Keyed `call/<id>` on `model-ledger`, without a value once it has ended; `call/<id>/<process>`
 * where its end is unknown, as another process may make the same call again.
 */
export const ReservedCall = z.object({
  kind: z.literal('call'),
  call: MeteredCall,
  process: Id,
  at: TimeMs,
  /** Nobody has told of the call's end by then. */
  until: TimeMs,
  status: z.enum(['running', 'unknown']),
  micros: Micros.optional(),
});
export type ReservedCall = z.infer<typeof ReservedCall>;

/** A call that waits while its step is in no stage. Keyed `waiting/<id>` on `model-ledger`, without a value once its step has come back. */
export const WaitingCall = z.object({
  kind: z.literal('waiting'),
  call: MeteredCall,
  /** The process that asked. */
  process: Id,
  since: TimeMs,
  leftAt: TimeMs,
});
export type WaitingCall = z.infer<typeof WaitingCall>;

/** The counts of a budget. Keyed `budget/<name>/<subject>` on `model-ledger`. */
export const BudgetState = z.object({
  kind: z.literal('budget'),
  budget: Name,
  /** The call, step, run or day; `total`. */
  subject: Id,
  tokens: Tokens,
  micros: Micros,
  calls: Count,
  unpriced: Count,
  at: TimeMs,
});
export type BudgetState = z.infer<typeof BudgetState>;

export const LedgerEntry = z.discriminatedUnion('kind', [
  ModelSpending,
  QuotaState,
  ReservedCall,
  WaitingCall,
  BudgetState,
]);
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const ModelCallEvents = z.array(ModelCallEvent);
export const ModelGrants = z.array(ModelGrant);

const part = encodeURIComponent;
export const quotaKey = ({ provider, model, tenant }: QuotaKey): string =>
  `quota/${part(provider)}/${part(model)}/${part(tenant)}`;
export const budgetKey = (name: string): string => `budget/${part(name)}`;
export const PRICES_KEY = 'prices';

const callKey = ({ call, process, status }: ReservedCall): string =>
  status === 'running' ? `call/${part(call.id)}` : `call/${part(call.id)}/${part(process)}`;

export const waitingKey = (call: string): string => `waiting/${part(call)}`;

/** Returns the key of a line of the ledger. */
export function ledgerKey(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'spent': {
      const { day, tenant = '', pipeline = '', provider, model } = entry;
      return ['spent', day, ...[tenant, pipeline, provider, model].map(part)].join('/');
    }
    case 'quota':
      return quotaKey(entry);
    case 'call':
      return callKey(entry);
    case 'waiting':
      return waitingKey(entry.call.id);
    case 'budget':
      return `${budgetKey(entry.budget)}/${part(entry.subject)}`;
  }
}
