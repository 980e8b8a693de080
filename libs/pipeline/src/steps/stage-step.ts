import type { Builder } from '../authoring/builder.js';
import type { AnyOptions } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import type { Ref } from '../authoring/reference.js';
import type { StageContract } from '../authoring/stage-contract.js';
import type { StageStep } from '../plan/plan.js';
import { compensationOf } from './compensation.js';
import { fallbackSpec } from './fallbacks.js';

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
  };
  return builder.add(
    name,
    {
      step,
      output,
      waitsFor: builder.waits(name, options, [given, ...fallback.given, ...undo.given]),
    },
    options,
  );
}
