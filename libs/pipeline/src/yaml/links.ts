import { Ancestors, orderOf } from '../plan/graph.js';
import { referencesOf } from '../authoring/mapping.js';
import { INPUT } from '../authoring/names.js';
import { PlanError } from '../plan/plan-error.js';
import { readsOf } from '../plan/plan-model.js';
import type { Plan, PlanStep } from '../plan/plan.js';

/** The names that can be read at one place of a document. Adding names copies none of those around it: a document of n steps has n places. */
export class VisibleNames implements Iterable<string> {
  private readonly own: ReadonlySet<string>;

  constructor(
    own: Iterable<string>,
    private readonly outer?: VisibleNames,
  ) {
    this.own = new Set(own);
  }

  with(names: readonly string[]): VisibleNames {
    return names.length === 0 ? this : new VisibleNames(names, this);
  }

  has(name: string): boolean {
    return this.own.has(name) || (this.outer?.has(name) ?? false);
  }

  *[Symbol.iterator](): Generator<string> {
    if (this.outer) yield* this.outer;
    yield* this.own;
  }
}

/** The scope around a plan, as far as its steps can read it. */
export interface Scope {
  readonly pipeline: string;
  /** All that is known around it. */
  readonly names: VisibleNames;
  /** Those of the names that only an item's work can read. */
  readonly own: readonly string[];
}

/** The steps that a step waits for beside those that it reads; or all that it waits for. */
export interface Order {
  readonly after?: readonly string[];
  readonly exactly?: readonly string[];
}

type Failed = (error: PlanError) => void;

/** Returns the names that each step reads from steps and from around the plan. A read that cannot be understood is reported and left out. */
export function readsIn(plan: Plan, scope: Scope, failed: Failed): ReadonlyMap<string, readonly string[]> {
  const readsOfStep = readsOf({ ...plan, given: namedIn(plan).filter((name) => scope.names.has(name)) });
  return new Map(
    Object.keys(plan.steps).map((name) => {
      try {
        return [name, readsOfStep(name)];
      } catch (error) {
        if (!(error instanceof PlanError)) throw error;
        failed(error);
        return [name, []];
      }
    }),
  );
}

/** All words of a plan that could be names. A plan within another looks at these, not at all names around it. */
const namedIn = (plan: Plan): readonly string[] => [...new Set(JSON.stringify(plan).match(/[A-Za-z_]\w*/g))];

/** The least that each step waits for, given what it reads and what it is put after; in an order in which they could run. Throws a PlanError on a cycle. */
export function predecessorsOf(
  reads: ReadonlyMap<string, readonly string[]>,
  orders: ReadonlyMap<string, Order>,
): ReadonlyMap<string, readonly string[]> {
  const waits = new Map(
    [...reads].map(([name, read]) => {
      const { after = [], exactly } = orders.get(name) ?? {};
      return [name, exactly ?? [...new Set([...after, ...read.filter((one) => reads.has(one))])]];
    }),
  );
  const order = orderOf(waits);
  const least = new Ancestors(waits, order).reduced();
  return new Map(order.map((name) => [name, orders.get(name)?.exactly ?? least.get(name) ?? []]));
}

/** Returns the names that a plan within another reads from around it. */
export function givenOf(
  { steps, output }: { steps: Readonly<Record<string, PlanStep>>; output: Plan['output'] },
  reads: ReadonlyMap<string, readonly string[]>,
  { names, own }: Scope,
): readonly string[] {
  const read = new Set([...[...reads.values()].flat(), ...referencesOf(output).map(([from]) => from)]);
  const around = [...read].filter((name) => !Object.hasOwn(steps, name) && names.has(name));
  return [...around.filter((name) => !own.includes(name)), ...around.filter((name) => own.includes(name))];
}

/** Returns the scope at the top. */
export const topScope = (pipeline: string): Scope => ({ pipeline, names: new VisibleNames([INPUT]), own: [] });
