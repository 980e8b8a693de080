import type { ModelsView, SpendingList } from '@millrace/client';
import { usesOf } from './budget-use.js';
import { nameOf } from './names.js';

/** A budget of which so much is spent is told of. */
const NEARLY = 0.9;

/** Says which quotas nobody may call at the moment, and which budgets are spent, or nearly. */
export function warningsOf(
  { quotas, budgets }: Pick<ModelsView, 'quotas' | 'budgets'>,
  { budgets: counted }: Pick<SpendingList, 'budgets'>,
): readonly string[] {
  const paused = quotas
    .filter(({ pausedUntil }) => pausedUntil !== undefined)
    .map((quota) => `${nameOf(quota)}: calls are paused, ${quota.waiting} wait`);
  const spent = budgets.flatMap((budget) => {
    const { fullest } = usesOf(budget, counted);
    if (!fullest || fullest.share < NEARLY) return [];
    return [`${Math.floor(fullest.share * 100)} % of the budget ${budget.name} is spent`];
  });
  return [...paused, ...spent];
}
