import type { z } from 'zod';
import { Builder } from './builder.js';
import { connected } from '../steps/body.js';
import { addChoice, addLoop, addMap, addRace, addRun } from '../steps/constructs.js';
import type { Test } from './conditions.js';
import { addAttributes, addTitle } from './labels.js';
import type { AnyHandler, AnyOptions, Define, HandlerOptions, Pipeline } from './definition.js';
import { type Duration, millisecondsOf } from './duration.js';
import { handlerOf } from '../steps/handler.js';
import { jsonSchemaOf } from '../schemas/json-schema.js';
import { INPUT, isKebabName } from './names.js';
import { schemaOf } from './output-schema.js';
import { PlanError } from '../plan/plan-error.js';
import { loadPlan } from '../plan/plan-model.js';
import type { Plan } from '../plan/plan.js';
import type { Ref, RefOf, Value } from './reference.js';
import type { StageContract } from './stage-contract.js';
import { type StartOptions, startsOf } from '../starts/start-definition.js';
import { addStage } from '../steps/stage-step.js';
import { addSleep, addWait } from '../steps/waits.js';

export interface PipelineOptions<Input extends z.ZodType> extends StartOptions<Input> {
  /** In kebab-case; what runs are asked for by. */
  readonly name: string;
  /** The input of a run. */
  readonly input: Input;
  /**
   * When a step fails for good: `park` it as a dead letter, and wait for it (which is what happens otherwise); or `fail`: undo what has been done, the
   * last first, and end.
   */
  readonly onFailure?: 'park' | 'fail';
  /** The stages that exist, where that is known: a step of any other is refused. */
  readonly stages?: readonly string[];
  /** The time from the beginning of a run: then it has failed, and what it and its child runs are doing is cancelled. For ever unless given. */
  readonly deadline?: Duration;
}

type LoopOf = AnyOptions & { readonly until: (round: Ref<never>) => Test };

/**
 * Defines a pipeline and compiles it to its plan. `define` is run once, here: it names the steps and says what each reads, and returns
 * the pipeline's output (a reference, or an object of references and literals). Throws a PlanError that names the step and the remedy.
 */
export function pipeline<Input extends z.ZodType, Output>(
  options: PipelineOptions<Input>,
  define: (define: Define<Input>) => Output,
): Pipeline<Input, Value<Output>> {
  const { name, input, stages } = options;
  if (!isKebabName(name)) throw new PlanError('BAD_PIPELINE_NAME', `"${name}" is not a kebab-case name`);
  const inputSchema = jsonSchemaOf(input, 'input', `the input of pipeline "${name}"`);
  const builder = new Builder({ pipeline: name, stages, own: { [INPUT]: inputSchema } });
  const given = define(definer<Input>(builder)) ?? null;
  const output = builder.rendered(given);
  if (output.sources.length === 0)
    throw new PlanError('BAD_OUTPUT', `the output of pipeline "${name}" refers to nothing`);
  const steps = connected(builder);
  const starts = startsOf(options, inputSchema);
  const whenFailing = whenFailingOf(builder, options);
  const loaded = loadPlan({
    format: 1,
    pipeline: name,
    inputSchema,
    steps,
    output: output.mapping,
    ...(whenFailing && { onFailure: whenFailing }),
    ...(starts && { starts }),
    ...builder.labels,
    ...(options.deadline !== undefined && { deadlineMs: millisecondsOf(options.deadline) }),
  });
  const outputSchema = schemaOf(given);
  return { name, input, outputSchema, plan: loaded.plan, loaded, contracts: builder.contracts };
}

/** Decides what happens to a run in which a step fails for good; undefined where the step is parked. */
function whenFailingOf({ handler }: Builder, { onFailure }: { onFailure?: 'park' | 'fail' }): Plan['onFailure'] {
  if (onFailure === 'fail') return handler ? { handler } : {};
  if (handler) throw new PlanError('BAD_HANDLER', 'its runs do not fail: what fails in them is parked');
  return undefined;
}

function definer<Input extends z.ZodType>(pipeline: Builder): Define<Input> {
  /** The one on which steps are defined now: within the work of an item, that item's. */
  let builder = pipeline;
  const within = (work: (...known: Ref<never>[]) => unknown, names: readonly string[]) => (nested: Builder) => {
    const outer = builder;
    builder = nested;
    try {
      return work(...names.map((name) => nested.known(name)));
    } finally {
      builder = outer;
    }
  };
  const wait = (kind: 'review' | 'signal') => (name: string, answer: z.ZodType, options?: object) =>
    addWait(builder, name, { ...(options as AnyOptions), kind, answer });
  return {
    input: pipeline.known(INPUT),
    step: (name: string, contract: StageContract, input: unknown, options?: object) =>
      addStage(builder, name, { ...(options as AnyOptions), contract, input }),
    review: wait('review'),
    signal: wait('signal'),
    onFailure: (stage: StageContract, input: AnyHandler['input'], options: HandlerOptions = {}) => {
      if (builder !== pipeline || pipeline.handler)
        throw new PlanError('BAD_HANDLER', 'it is the second, or within a step');
      pipeline.handler = handlerOf(pipeline, { ...options, stage, input });
    },
    title: (title: unknown) => addTitle(pipeline, builder, title),
    attributes: (attributes: Readonly<Record<string, unknown>>) => addAttributes(pipeline, builder, attributes),
    sleep: (name: string, duration: Duration, options?: object) =>
      addSleep(builder, name, { ...(options as AnyOptions), duration }),
    map: (name: string, list: unknown, work: (...known: Ref<never>[]) => unknown, options: AnyOptions = {}) => {
      const { as = 'item' } = options;
      return addMap(builder, name, { ...options, list, work: within(work, [as, `${as}Index`]) });
    },
    loop: (name: string, output: z.ZodType, options: LoopOf, work: (...known: Ref<never>[]) => unknown) => {
      const { as = 'previous' } = options;
      return addLoop(builder, name, { ...options, output, work: within(work, [as, `${as}Index`]) });
    },
    race: (name: string, works: Readonly<Record<string, () => unknown>>, options: AnyOptions = {}) => {
      const branches = Object.fromEntries(Object.entries(works).map(([key, work]) => [key, within(work, [])]));
      return addRace(builder, name, { ...options, branches });
    },
    choose: (
      name: string,
      on: RefOf<string>,
      cases: Readonly<Record<string, () => unknown>>,
      otherwise?: () => unknown,
    ) => addChoice(builder, name, { on, cases, otherwise }),
    subPipeline: (
      name: string,
      { plan: whole, outputSchema, contracts }: Pipeline,
      input: unknown,
      options?: object,
    ) => {
      // What begins its runs is no part of what they do.
      const { starts: _, ...plan } = whole;
      for (const [stage, contract] of contracts) builder.contracts.set(stage, contract);
      return addRun(builder, name, { ...(options as AnyOptions), plan, output: outputSchema, input });
    },
  } as unknown as Define<Input>;
}
