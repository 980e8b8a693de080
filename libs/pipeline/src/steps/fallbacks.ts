import type { Builder } from '../authoring/builder.js';
import type { AnyOptions, OneOrMore } from '../authoring/definition.js';
import { misfits } from '../schemas/containment.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import type { Rendered } from '../plan/mapped.js';
import { PlanError } from '../plan/plan-error.js';
import { listOf } from '../plan/fallbacks.js';
import type { StageStep } from '../plan/plan.js';
import { codesOf } from './failure-facts.js';

/** Returns the fallbacks of a step, for its plan; whatever else they read has to end before the step begins. */
export function fallbackSpec(
  builder: Builder,
  step: string,
  { fallback, wanted }: { fallback: AnyOptions['fallback']; wanted: JsonSchema },
): { spec: { fallback?: StageStep['fallback'] }; given: readonly Rendered[] } {
  if (fallback === undefined) return { spec: {}, given: [] };
  const made = listOf(fallback).map((one) => oneOf(builder, step, { one, wanted }));
  const specs = made.map(({ spec }) => spec);
  return { spec: { fallback: Array.isArray(fallback) ? specs : specs[0] }, given: made.map(({ given }) => given) };
}

type Given = NonNullable<AnyOptions['fallback']> extends OneOrMore<infer T> ? T : never;

function oneOf(builder: Builder, step: string, { one, wanted }: { one: Given; wanted: JsonSchema }) {
  const { stage, input } = one;
  const [misfit] = misfits(builder.outputOf(stage, step), wanted, { closed: false, typesOnly: true });
  if (misfit) {
    const reason = `${misfit.pointer || '/'}: ${misfit.detail}`;
    throw new PlanError('FALLBACK_OUTPUT', `what its fallback "${stage.name}" gives does not fit (${reason})`, step);
  }
  const given = builder.failing(input, step);
  const spec = {
    stage: stage.name,
    input: given.mapping,
    ...codesOf(one, step),
    ...builder.tries(one, stage, step),
  };
  return { given, spec };
}
