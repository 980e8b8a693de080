import { present } from '@millrace/contracts';
import { checkStepNames } from '../authoring/names.js';
import type { Plan } from './plan.js';
import { PlanError } from './plan-error.js';

/** The steps that each step waits for. */
export type Predecessors = ReadonlyMap<string, readonly string[]>;

/** The steps in an order in which they could run: as given, except that what a step waits for stands before it. Throws a PlanError on a cycle. */
export function orderOf(steps: Predecessors): readonly string[] {
  const order = new Set<string>();
  // Without recursion: a chain of steps may be longer than the stack.
  const path = new Map<string, Iterator<string>>();
  const way: string[] = [];
  const enter = (step: string): void => {
    path.set(step, (steps.get(step) ?? []).values());
    way.push(step);
  };
  for (const first of steps.keys()) {
    if (!order.has(first)) enter(first);
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const { value: before, done } = present(path.get(step), `way to "${step}"`).next();
      if (done) {
        way.pop();
        path.delete(step);
        order.add(step);
      } else if (!order.has(before)) {
        if (!steps.has(before))
          throw new PlanError('UNKNOWN_STEP', `it waits for "${before}", which does not exist`, step);
        if (path.has(before)) throw cycle(way.slice(way.indexOf(before)));
        enter(before);
      }
    }
  }
  return [...order];
}

/** The most steps of a cycle that are named. */
const MOST_NAMED = 20;

function cycle(way: readonly string[]): PlanError {
  const [step] = way as [string];
  const named = way.length > MOST_NAMED ? [...way.slice(0, MOST_NAMED), `… (${way.length} steps)`] : way;
  return new PlanError('CYCLE', `it waits for itself: ${[...named, step].join(' waits for ')}`, step);
}

/** The steps that end before a step begins, directly or not. A bit for each pair of steps: a row of a thousand steps takes 125 bytes. */
export class Ancestors {
  private readonly places = new Map<string, number>();
  private readonly rows: Uint32Array[] = [];

  constructor(
    private readonly steps: Predecessors,
    order: readonly string[],
  ) {
    for (const step of order) {
      const place = this.places.size;
      const row = new Uint32Array((place >> 5) + 1);
      for (const before of steps.get(step) ?? []) {
        this.join(row, before);
        const at = this.placeOf(before);
        row[at >> 5] = (row[at >> 5] ?? 0) | (1 << (at & 31));
      }
      this.rows.push(row);
      this.places.set(step, place);
    }
  }

  /** Returns true when `before` has ended before `step` begins. */
  has(step: string, before: string): boolean {
    return this.isIn(this.rowOf(step), before);
  }

  /** The least set of predecessors that says the same: what another predecessor already waits for is left out. */
  reduced(): Predecessors {
    return new Map([...this.steps].map(([step, before]) => [step, this.least([...new Set(before)])]));
  }

  /** Returns the steps of `before` that no other of them already waits for. */
  least(before: readonly string[]): readonly string[] {
    if (before.length < 2) return before;
    const above = new Uint32Array((this.places.size >> 5) + 1);
    for (const one of before) this.join(above, one);
    return before.filter((one) => !this.isIn(above, one));
  }

  /** Adds to a row all that ends before `step` begins. */
  private join(row: Uint32Array, step: string): void {
    const other = this.rowOf(step);
    for (let i = 0; i < other.length; i++) row[i] = (row[i] ?? 0) | (other[i] ?? 0);
  }

  private placeOf(step: string): number {
    return present(this.places.get(step), `step "${step}" in the order`);
  }

  private rowOf(step: string): Uint32Array {
    return present(this.rows[this.placeOf(step)], `row of "${step}"`);
  }

  private isIn(row: Uint32Array, step: string): boolean {
    const place = this.places.get(step);
    return place !== undefined && ((row[place >> 5] ?? 0) & (1 << (place & 31))) !== 0;
  }
}

/** The order of a plan's steps. */
export interface Graph {
  readonly order: readonly string[];
  readonly ancestors: Ancestors;
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
}

/** Returns the order of a plan's steps. @throws {PlanError} where a name is no step's, or steps wait for each other */
export function graphOf(plan: Plan): Graph {
  const names = Object.keys(plan.steps);
  checkStepNames(names);
  const waits = new Map(Object.entries(plan.steps).map(([name, step]) => [name, step.predecessors]));
  const order = orderOf(waits);
  const ancestors = new Ancestors(waits, order);
  return { order, ancestors, predecessors: ancestors.reduced() };
}
