import type { RunView } from '@millrace/contracts/http';
import type { LoadedPlan } from '@millrace/pipeline/engine';

/**
 * Returns, by field of a review's answer, the text that the run goes on with where the answer leaves the field out: the plan says
 * `orElse(decision.text, draft.text)`, and `draft` has given one.
 */
export function draftsOf(run: RunView, step: string, plan: LoadedPlan): Record<string, string> {
  const definition = plan.step(step);
  const schema = 'schema' in definition ? definition.schema : undefined;
  const { properties } = Object(schema) as { readonly properties?: object };
  const found = Object.keys(properties ?? {}).flatMap((field) => {
    const given = JSON.stringify({ $ref: [step, field] });
    const text = textAt(run, insteadOf(plan.plan.steps, given) ?? insteadOf(plan.plan.output, given));
    return text === undefined ? [] : [[field, text] as const];
  });
  return Object.fromEntries(found);
}

/** Returns the second choice of an `orElse` whose first is given. */
function insteadOf(value: unknown, given: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const choices = (value as { readonly $orElse?: unknown }).$orElse;
  if (Array.isArray(choices) && JSON.stringify(choices[0]) === given) return choices[1];
  for (const inner of Object.values(value)) {
    const found = insteadOf(inner, given);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the text that a reference of the plan leads to in a run. */
function textAt(run: RunView, mapping: unknown): string | undefined {
  const { $ref: path } = Object(mapping) as { readonly $ref?: unknown };
  if (!Array.isArray(path)) return undefined;
  const [name, ...rest] = path as readonly (string | number)[];
  const from = name === 'input' ? run.input : run.steps.find((step) => step.name === name)?.output;
  const value = rest.reduce<unknown>((at, key) => (Object(at) as Readonly<Record<string, unknown>>)[key], from);
  return typeof value === 'string' ? value : undefined;
}
