import type { z } from 'zod';
import type { Duration } from './duration.js';
import { jsonSchemaOf } from '../schemas/json-schema.js';
import { isKebabName } from './names.js';
import { PlanError } from '../plan/plan-error.js';
import type { Retry } from '../steps/retry-policy.js';
import { checkSummary } from '../summary.js';

export type { Retry } from '../steps/retry-policy.js';

/** A stage's input and output: all that a pipeline, or another language, has to know of it. */
export interface StageContract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description?: string;
  readonly input: Input;
  readonly output: Output;
  /** The version of the work: outputs of one version are not reused for another. Change it with the prompt, the model or the rules. */
  readonly version?: string;
  /**
   * One line that says what an output comes to, for people who follow a run: a sentence with fields of the output.
   *
   * @example 'Replied to {to}', 'Best of {articles}: {articles/0/title}', '{review?A person looks first|Sent}'
   */
  readonly summary?: string;
  /** Its work has effects outside (it sends, pays, books): a replay executes it only if that is asked for. */
  readonly effects?: boolean;
  /**
   * The number of characters that the stage reads of a text of its input, by the name of its field, from the beginning: more of a text that travels as a reference is
   * not loaded. The handler may be given less than the text, so it must read no more itself.
   */
  readonly reads?: Readonly<Record<string, number>>;
  /** For steps that say nothing else: how long one attempt may take (30 seconds otherwise). */
  readonly timeout?: Duration;
  /** For steps that say nothing else (3 attempts otherwise). */
  readonly retry?: Retry;
}

/**
 * A stage's contract: a kebab-case name, and zod types for what it takes and gives. Both must be sayable in JSON Schema.
 * The name is also its topic, so it is worth choosing well.
 */
export function defineStage<Input extends z.ZodType, Output extends z.ZodType>(
  contract: StageContract<Input, Output>,
): StageContract<Input, Output> {
  if (!isKebabName(contract.name)) throw new PlanError('BAD_STAGE_NAME', `"${contract.name}" is not a kebab-case name`);
  const { name, output, summary } = contract;
  if (summary !== undefined)
    checkSummary(summary, jsonSchemaOf(output, 'output', `the output of stage "${name}"`), name);
  return Object.freeze({ ...contract });
}

/** The input that a stage's handler is given: parsed, defaults filled in. */
export type In<Contract extends StageContract> = z.output<Contract['input']>;

/** The output that a stage's handler returns: fields that have a default may be left out. */
export type Out<Contract extends StageContract> = z.input<Contract['output']>;

/** The input that a step passes to a stage: fields that have a default may be left out. */
export type StageInput<Contract extends StageContract> = z.input<Contract['input']>;

/** The output of a stage as later steps read it. */
export type StageOutput<Contract extends StageContract> = z.output<Contract['output']>;
