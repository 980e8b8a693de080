import type { Builder } from '../authoring/builder.js';
import type { AnyOptions } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import type { Ref } from '../authoring/reference.js';
import type { StageContract } from '../authoring/stage-contract.js';
import type { StageStep } from '../plan/plan.js';
import { compensationOf } from './compensation.js';
import { PlanError } from '../plan/plan-error.js';
import type { Rendered } from '../plan/mapped.js';
import { fallbackSpec } from './fallbacks.js';
import { refuseCompensated, type StepCache } from './step-cache.js';

/** Adds a step that a stage does. */
export function addStage(
  builder: Builder,
  name: string,
  { contract, input, ...options }: AnyOptions & { readonly contract: StageContract; readonly input: unknown },
): Ref<never> {
  const output = builder.outputOf(contract, name);
  const given = builder.rendered(input, name);
  const fallback = fallbackSpec(builder, name, { fallback: options.fallback, wanted: output });
  const undo = compensationOf(builder, name, { compensate: options.compensate, output });
  const cache = cacheSpec(builder, name, { ...options, contract });
  const step: StageStep = {
    kind: 'stage',
    stage: contract.name,
    input: given.mapping,
    ...builder.tries(options, contract, name),
    startTimeoutMs: millisecondsOf(options.startTimeout ?? '10m', name),
    ...fallback.spec,
    predecessors: [],
    ...builder.common(name, options, contract.output),
    ...undo.spec,
    ...cache.spec,
  };
  return builder.add(
    name,
    {
      step,
      output,
      waitsFor: builder.waits(name, options, [given, ...fallback.given, ...undo.given, ...cache.given]),
    },
    options,
  );
}

/** Returns the cache of a step, for its plan; whatever else its key reads has to end before the step begins. */
function cacheSpec(
  builder: Builder,
  step: string,
  { cache, compensate, contract }: Pick<AnyOptions, 'cache' | 'compensate'> & { readonly contract: StageContract },
): { spec: { cache?: StepCache }; given: readonly Rendered[] } {
  if (cache === undefined) return { spec: {}, given: [] };
  if (contract.effects)
    throw new PlanError('BAD_CACHE', `the stage "${contract.name}" has effects outside, which would not happen`, step);
  refuseCompensated(step, { cache, compensate });
  const { maxAge, key } = typeof cache === 'object' ? cache : { maxAge: cache, key: undefined };
  const maxAgeMs = millisecondsOf(maxAge, step);
  if (key === undefined) return { spec: { cache: { maxAgeMs } }, given: [] };
  const given = builder.rendered(key, step);
  return { spec: { cache: { maxAgeMs, key: given.mapping } }, given: [given] };
}
