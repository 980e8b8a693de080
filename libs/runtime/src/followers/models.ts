import {
  budgetKey,
  LedgerEntry,
  ModelBudget,
  ModelPrices,
  ModelQuota,
  PRICES_KEY,
  quotaKey,
  readJson,
} from '@millrace/contracts';
import { follow, type FollowerContext } from './follow.js';

/** The quotas, budgets and prices of models, as they were set last. */
export interface ModelSettings extends AsyncDisposable {
  quotas(): readonly ModelQuota[];
  budgets(): readonly ModelBudget[];
  prices(): ModelPrices | undefined;
  /** Calls `changed` when one of them was set or removed. */
  onChange(changed: () => void): void;
}

/** Reads the topic of models from its start, resolves when all that was there has been read, and follows on. */
export async function followModels(runtime: FollowerContext): Promise<ModelSettings> {
  const [quotas, budgets] = [new Map<string, ModelQuota>(), new Map<string, ModelBudget>()];
  let prices: ModelPrices | undefined;
  const listening = new Set<() => void>();
  const see = (key: string, value: Buffer | null): boolean => {
    if (value === null) {
      if (key === PRICES_KEY) prices = undefined;
      quotas.delete(key);
      budgets.delete(key);
      return true;
    }
    const json = readJson(value).value;
    const [quota, budget] = [ModelQuota.safeParse(json).data, ModelBudget.safeParse(json).data];
    const priced = ModelPrices.safeParse(json).data;
    if (quota && quotaKey(quota) === key) quotas.set(key, quota);
    else if (budget && budgetKey(budget.name) === key) budgets.set(key, budget);
    else if (priced && key === PRICES_KEY) prices = priced;
    else return false;
    return true;
  };
  const tail = await follow(runtime, { topic: runtime.topics.models, from: 'start' }, ({ key, value }) => {
    if (!see(key?.toString('utf8') ?? '', value))
      return 'it is no quota, budget or prices of models that its key names';
    for (const changed of listening) changed();
    return undefined;
  });
  return {
    quotas: () => [...quotas.values()],
    budgets: () => [...budgets.values()],
    prices: () => prices,
    onChange: (changed) => void listening.add(changed),
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}

/** The lines of the ledger of models, by key. */
export interface ModelLedger extends AsyncDisposable {
  entries(): Iterable<LedgerEntry>;
}

/** Reads the ledger of models from its start, resolves when all that was there has been read, and follows on. */
export async function followModelLedger(runtime: FollowerContext): Promise<ModelLedger> {
  const entries = new Map<string, LedgerEntry>();
  const tail = await follow(runtime, { topic: runtime.topics.modelLedger, from: 'start' }, ({ key, value }) => {
    const name = key?.toString('utf8') ?? '';
    const { data } = LedgerEntry.safeParse(readJson(value ?? '').value);
    if (value === null) entries.delete(name);
    else if (data) entries.set(name, data);
    else return 'it is no line of the ledger of models';
    return undefined;
  });
  return { entries: () => entries.values(), [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose]() };
}
