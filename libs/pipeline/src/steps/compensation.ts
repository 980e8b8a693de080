import type { Builder } from '../authoring/builder.js';
import type { AnyOptions } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import type { Rendered } from '../plan/mapped.js';
import type { Compensation } from '../plan/plan.js';
import { refTo } from '../authoring/reference.js';

/** Returns the compensation of a step, for its plan; whatever else it reads has to end before the step begins. */
export function compensationOf(
  builder: Builder,
  step: string,
  options: { compensate: AnyOptions['compensate']; output: JsonSchema },
): { spec: { compensate?: Compensation }; given: readonly Rendered[] } {
  const { compensate, output } = options;
  if (!compensate) return { spec: {}, given: [] };
  const { stage, input, startTimeout = '10m' } = compensate;
  builder.outputOf(stage, step);
  const { mapping, sources } = builder.rendered(
    input(refTo({ name: step, schema: output, mayBeAbsent: false, owner: builder })),
    step,
  );
  const spec = {
    stage: stage.name,
    input: mapping,
    ...builder.tries(compensate, stage, step),
    startTimeoutMs: millisecondsOf(startTimeout, step),
  };
  return { spec: { compensate: spec }, given: [{ mapping, sources: sources.filter(({ name }) => name !== step) }] };
}
