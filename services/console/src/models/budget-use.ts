import type { BudgetView, SpendingList } from '@millrace/client';

/** The counts of a budget for one run, one day, and so on. */
export type Counted = SpendingList['budgets'][number];

interface BudgetUse {
  readonly subject: string;
  /** The share of the limit that is nearest; more than 1 where a call took more than its estimate. */
  readonly share: number;
}

/** Returns how much of a budget its fullest subject (a run, a day) has spent, and how many subjects there are. */
export function usesOf(
  budget: BudgetView,
  counted: readonly Counted[],
): { readonly fullest: BudgetUse | undefined; readonly subjects: number } {
  const uses = counted
    .filter((one) => one.budget === budget.name)
    .map((one) => ({ subject: one.subject, share: shareOf(budget, one) }));
  // A budget for each day is full or not by its newest day.
  if (budget.per === 'day')
    return {
      fullest: uses.toSorted((a, b) => b.subject.localeCompare(a.subject))[0],
      subjects: Math.min(1, uses.length),
    };
  return { fullest: uses.toSorted((a, b) => b.share - a.share)[0], subjects: uses.length };
}

function shareOf({ money, tokens, calls }: BudgetView, used: Counted): number {
  const shares = [
    [money, used.money],
    [tokens, used.tokens],
    [calls, used.calls],
  ] as const;
  return Math.max(0, ...shares.map(([most, spent]) => (most === undefined ? 0 : most === 0 ? 1 : spent / most)));
}
