import {
  budgetKey,
  type BudgetState,
  type LedgerEntry,
  ledgerKey,
  microsOf,
  type ModelBudget,
  type MeteredCall,
  type ModelPrices,
  type ModelSpending,
  type TokenUsage,
} from '@millrace/contracts';

/** Counts of a call, step or run are forgotten after so long without a call of it. */
const FORGET_MS = 3 * 86_400_000;

interface Amount {
  readonly tokens: number;
  readonly micros: number;
  readonly calls: number;
}

export type BudgetVerdict =
  | { readonly is: 'free'; readonly warnings: readonly string[] }
  | { readonly is: 'spent'; readonly budget: ModelBudget }
  /** The budget is in money, and nobody knows what the model costs. */
  | { readonly is: 'price-unknown'; readonly budget: ModelBudget };

/** The source of a call's token counts. */
export type Counted = 'reported' | 'estimated' | 'unknown';

/** Counts what calls of models use and cost, and holds them against budgets. What is reserved counts as spent. */
export class Ledger {
  private budgets: readonly ModelBudget[] = [];
  private prices: ModelPrices | undefined;
  private readonly spent = new Map<string, ModelSpending>();
  private readonly counters = new Map<string, BudgetState>();
  private readonly reserved = new Map<string, Amount>();
  private readonly changed = new Set<string>();

  constructor(entries: Iterable<LedgerEntry> = []) {
    for (const entry of entries) {
      if (entry.kind === 'spent') this.spent.set(ledgerKey(entry), entry);
      if (entry.kind === 'budget') this.counters.set(ledgerKey(entry), entry);
    }
  }

  configure(budgets: readonly ModelBudget[], prices: ModelPrices | undefined): void {
    this.budgets = budgets;
    this.prices = prices;
  }

  get limits(): boolean {
    return this.budgets.length > 0;
  }

  /** Returns what tokens cost, in millionths of the currency; undefined where the model has no price. */
  microsOf(model: Pick<MeteredCall, 'provider' | 'model'>, usage: TokenUsage): number | undefined {
    return microsOf(this.prices, model, usage);
  }

  check(call: MeteredCall, now: number): BudgetVerdict {
    const warnings: string[] = [];
    const micros = this.microsOf(call, call.estimate);
    for (const budget of this.budgetsOf(call)) {
      if (budget.money !== undefined && micros === undefined) {
        if (budget.atLimit !== 'warn') return { is: 'price-unknown', budget };
        warnings.push(budget.name);
      } else if (!this.fits(budget, call, { micros: micros ?? 0, now })) {
        if (budget.atLimit !== 'warn') return { is: 'spent', budget };
        warnings.push(budget.name);
      }
    }
    return { is: 'free', warnings };
  }

  reserve(call: MeteredCall, now: number): void {
    this.hold(call, { now, times: 1 });
  }

  /** Gives back what was reserved at that time. */
  release(call: MeteredCall, at: number): void {
    this.hold(call, { now: at, times: -1 });
  }

  /** Counts a call that was made. */
  count(
    call: MeteredCall,
    options: { readonly usage: TokenUsage; readonly counted: Counted; readonly now: number },
  ): void {
    const { usage, counted, now } = options;
    const micros = this.microsOf(call, usage);
    const { tenant, pipeline, provider, model } = call;
    const line: ModelSpending = {
      kind: 'spent',
      day: dayOf(now),
      ...(tenant !== undefined && { tenant }),
      ...(pipeline !== undefined && { pipeline }),
      provider,
      model,
      ...NOTHING,
    };
    const key = ledgerKey(line);
    const before = this.spent.get(key) ?? line;
    this.spent.set(key, {
      ...before,
      calls: before.calls + 1,
      input: before.input + usage.input,
      output: before.output + usage.output,
      micros: before.micros + (micros ?? 0),
      unpriced: before.unpriced + (micros === undefined ? 1 : 0),
      estimated: before.estimated + (counted === 'estimated' ? 1 : 0),
      unknown: before.unknown + (counted === 'unknown' ? 1 : 0),
    });
    this.changed.add(key);
    const amount = { tokens: usage.input + usage.output, micros: micros ?? 0, calls: 1 };
    for (const budget of this.budgetsOf(call))
      this.add(budget, call, { ...amount, now, unpriced: micros === undefined });
  }

  /** The lines that have changed since the last call, by key; those that are forgotten have none. */
  changes(now: number): ReadonlyMap<string, LedgerEntry | undefined> {
    for (const [key, { at }] of this.counters) {
      if (at > now - FORGET_MS || key.endsWith('/total')) break;
      this.counters.delete(key);
      this.changed.add(key);
    }
    const changes = new Map([...this.changed].map((key) => [key, this.spent.get(key) ?? this.counters.get(key)]));
    this.changed.clear();
    return changes;
  }

  private budgetsOf({ provider, model, tenant, pipeline }: MeteredCall): readonly ModelBudget[] {
    const fits = (named: string | undefined, value: string | undefined) => named === undefined || named === value;
    return this.budgets.filter(
      (budget) =>
        fits(budget.provider, provider) &&
        fits(budget.model, model) &&
        fits(budget.tenant, tenant) &&
        fits(budget.pipeline, pipeline),
    );
  }

  private fits(budget: ModelBudget, call: MeteredCall, { micros, now }: { micros: number; now: number }): boolean {
    const key = counterKey(budget, call, now);
    const [counter = ZERO, held = ZERO] = [this.counters.get(key), this.reserved.get(key)];
    const tokens = call.estimate.input + call.estimate.output;
    return (
      counter.tokens + held.tokens + tokens <= (budget.tokens ?? Infinity) &&
      counter.micros + held.micros + micros <= (budget.money ?? Infinity) * 1_000_000 &&
      counter.calls + held.calls + 1 <= (budget.calls ?? Infinity)
    );
  }

  private hold(call: MeteredCall, { now, times }: { now: number; times: 1 | -1 }): void {
    const micros = this.microsOf(call, call.estimate) ?? 0;
    const tokens = call.estimate.input + call.estimate.output;
    for (const budget of this.budgetsOf(call)) {
      const key = counterKey(budget, call, now);
      const { tokens: t, micros: m, calls: c } = this.reserved.get(key) ?? ZERO;
      const next = { tokens: t + times * tokens, micros: m + times * micros, calls: c + times };
      if (next.calls <= 0) this.reserved.delete(key);
      else this.reserved.set(key, next);
    }
  }

  private add(budget: ModelBudget, call: MeteredCall, more: Amount & { now: number; unpriced: boolean }): void {
    const { now, tokens, micros, calls, unpriced } = more;
    const key = counterKey(budget, call, now);
    const before = this.counters.get(key);
    // The newest are last, so that those to be forgotten are found without looking at all.
    this.counters.delete(key);
    this.counters.set(key, {
      kind: 'budget',
      budget: budget.name,
      subject: subjectOf(budget, call, now),
      tokens: (before?.tokens ?? 0) + tokens,
      micros: (before?.micros ?? 0) + micros,
      calls: (before?.calls ?? 0) + calls,
      unpriced: (before?.unpriced ?? 0) + (unpriced ? 1 : 0),
      at: now,
    });
    this.changed.add(key);
  }
}

const ZERO: Amount = { tokens: 0, micros: 0, calls: 0 };
const NOTHING = { calls: 0, input: 0, output: 0, micros: 0, unpriced: 0, estimated: 0, unknown: 0 };

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

function subjectOf({ per }: ModelBudget, { id, run, step }: MeteredCall, now: number): string {
  switch (per) {
    case 'call':
      return id;
    case 'step':
      return `${run}/${step}`;
    case 'run':
      return run;
    case 'day':
      return dayOf(now);
    case 'total':
      return 'total';
  }
}

const counterKey = (budget: ModelBudget, call: MeteredCall, now: number): string =>
  `${budgetKey(budget.name)}/${encodeURIComponent(subjectOf(budget, call, now))}`;
