import type { z } from 'zod';
import type { Duration } from './duration.js';
import { isKebabName } from './names.js';
import { PlanError } from './plan-error.js';
import type { Retry } from './retry-policy.js';

export type { Retry } from './retry-policy.js';

/** What a stage needs and gives: all that a pipeline, or another language, has to know of it. */
export interface StageContract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description?: string;
  readonly input: Input;
  readonly output: Output;
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
  return Object.freeze({ ...contract });
}

/** What a stage's handler is given: parsed, defaults filled in. */
export type In<Contract extends StageContract> = z.output<Contract['input']>;

/** What a stage's handler answers with: fields that have a default may be left out. */
export type Out<Contract extends StageContract> = z.input<Contract['output']>;

/** What a step has to pass to a stage: fields that have a default may be left out. */
export type Given<Contract extends StageContract> = z.input<Contract['input']>;

/** What later steps read of a stage's output. */
export type Result<Contract extends StageContract> = z.output<Contract['output']>;
