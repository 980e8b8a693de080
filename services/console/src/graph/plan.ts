/** A step of a plan as the graph needs it. The API gives a plan as JSON of any shape. */
export interface PlanNode {
  readonly name: string;
  readonly kind: string;
  readonly stage: string | undefined;
  readonly predecessors: readonly string[];
  readonly isConditional: boolean;
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** Reads the steps of a plan; what is not a plan has none. */
export function nodesOf(definition: unknown): readonly PlanNode[] {
  const { steps } = Object(definition) as { readonly steps?: unknown };
  return Object.entries(Object(steps) as Readonly<Record<string, unknown>>).map(([name, step]) => {
    const { kind, stage, predecessors, when } = Object(step) as Readonly<Record<string, unknown>>;
    return {
      name,
      kind: typeof kind === 'string' ? kind : 'stage',
      stage: typeof stage === 'string' ? stage : undefined,
      predecessors: textsIn(predecessors),
      isConditional: when !== undefined,
    };
  });
}

/** Returns true for a plan that says how something that it does is undone, in a step or in the plan of a step. */
export function canBeUndone(definition: unknown): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  return Object.entries(definition).some(([key, value]) => key === 'compensate' || canBeUndone(value));
}
