import { PlanError } from './plan-error.js';

/** What each step waits for. */
export type Predecessors = ReadonlyMap<string, readonly string[]>;

/** The steps in an order in which they could run: as given, except that what a step waits for stands before it. Throws a PlanError on a cycle. */
export function orderOf(steps: Predecessors): readonly string[] {
  const order = new Set<string>();
  const path: string[] = [];
  const visit = (step: string): void => {
    if (order.has(step)) return;
    if (path.includes(step)) {
      const cycle = [...path.slice(path.indexOf(step)), step].join(' waits for ');
      throw new PlanError('CYCLE', `it waits for itself: ${cycle}`, step);
    }
    path.push(step);
    for (const before of steps.get(step) ?? []) {
      if (!steps.has(before))
        throw new PlanError('UNKNOWN_STEP', `it waits for "${before}", which does not exist`, step);
      visit(before);
    }
    path.pop();
    order.add(step);
  };
  for (const step of steps.keys()) visit(step);
  return [...order];
}

/** All that ends before a step begins, directly or not. */
export function ancestorsOf(steps: Predecessors, order: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ancestors = new Map<string, Set<string>>();
  for (const step of order) {
    const above = new Set<string>();
    for (const before of steps.get(step) ?? []) {
      above.add(before);
      for (const earlier of ancestors.get(before) ?? []) above.add(earlier);
    }
    ancestors.set(step, above);
  }
  return ancestors;
}

/** The least set of predecessors that says the same: what another predecessor already waits for is left out. */
export function reduced(steps: Predecessors, ancestors: ReadonlyMap<string, ReadonlySet<string>>): Predecessors {
  return new Map(
    [...steps].map(([step, before]) => [
      step,
      [...new Set(before)].filter((one) => !before.some((other) => other !== one && ancestors.get(other)?.has(one))),
    ]),
  );
}
