import type { z } from 'zod';
import { Builder } from './builder.js';
import { conditionChecker } from './cel-types.js';
import { conditionsOver } from './condition.js';
import type { AnyOptions, Define } from './definition.js';
import { ancestorsOf, orderOf, reduced } from './graph.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';
import { INPUT, isKebabName } from './names.js';
import { PlanError } from './plan-error.js';
import { type LoadedPlan, loadPlan } from './plan-model.js';
import type { Plan, PlanStep } from './plan.js';
import type { StageContract } from './stage-contract.js';
import { type StartOptions, startsOf } from './start-definition.js';

export interface PipelineOptions<Input extends z.ZodType> extends StartOptions<Input> {
  /** In kebab-case; what runs are asked for by. */
  readonly name: string;
  /** What a run is given. */
  readonly input: Input;
  /** The stages that exist, where that is known: a step of any other is refused. */
  readonly stages?: readonly string[];
}

export interface Pipeline {
  readonly name: string;
  readonly plan: Plan;
  readonly loaded: LoadedPlan;
  /** The contracts of all stages it asks, fallbacks included, by name. */
  readonly contracts: ReadonlyMap<string, StageContract>;
}

/**
 * Defines a pipeline and compiles it to its plan. `define` is run once, here: it names the steps and says what each reads, and returns
 * the pipeline's output (a reference, or an object of references and literals). Throws a PlanError that names the step and the remedy.
 */
export function pipeline<Input extends z.ZodType>(
  options: PipelineOptions<Input>,
  define: (define: Define<Input>) => unknown,
): Pipeline {
  const { name, input, stages } = options;
  if (!isKebabName(name)) throw new PlanError('BAD_PIPELINE_NAME', `"${name}" is not a kebab-case name`);
  const builder = new Builder(stages);
  const inputSchema = jsonSchemaOf(input, 'input', `the input of pipeline "${name}"`);
  const output = builder.rendered(define(definer(builder, inputSchema)) ?? null);
  if (output.sources.length === 0)
    throw new PlanError('BAD_OUTPUT', `the output of pipeline "${name}" refers to nothing`);
  const steps = connected(builder, inputSchema);
  const starts = startsOf(options, inputSchema);
  const loaded = loadPlan({
    format: 1,
    pipeline: name,
    inputSchema,
    steps,
    output: output.mapping,
    ...(starts && { starts }),
  });
  return { name, plan: loaded.plan, loaded, contracts: builder.contracts };
}

function definer<Input extends z.ZodType>(builder: Builder, inputSchema: JsonSchema): Define<Input> {
  const wait = (kind: 'review' | 'signal') => (name: string, answer: z.ZodType, options?: object) =>
    builder.wait(kind, name, { ...(options as AnyOptions), answer });
  return {
    input: builder.input(inputSchema),
    step: (name: string, contract: StageContract, input: unknown, options?: object) =>
      builder.stage(name, contract, { ...(options as AnyOptions), input }),
    review: wait('review'),
    signal: wait('signal'),
  } as unknown as Define<Input>;
}

/** The steps with the least predecessors that follow from what each reads, in an order in which they could run. */
function connected({ drafts }: Builder, inputSchema: JsonSchema): Record<string, PlanStep> {
  const conditionIn = conditionsOver([INPUT, ...drafts.keys()]);
  const check = conditionChecker(
    new Map([[INPUT, inputSchema], ...[...drafts].map(([name, { output }]) => [name, output] as const)]),
  );
  const waits = new Map<string, string[]>();
  for (const [name, { step, waitsFor }] of drafts) {
    if (step.when !== undefined) check(step.when, name);
    const tested = step.when === undefined ? [] : conditionIn(step.when, name).needs;
    waits.set(
      name,
      [...new Set([...waitsFor, ...tested])].filter((before) => before !== INPUT),
    );
  }
  const order = orderOf(waits);
  const predecessors = reduced(waits, ancestorsOf(waits, order));
  return Object.fromEntries(
    order.map((name) => [name, { ...drafts.get(name)!.step, predecessors: [...predecessors.get(name)!] }]),
  );
}
