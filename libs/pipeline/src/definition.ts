import type { z } from 'zod';
import type { Condition, Test } from './conditions.js';
import type { Duration } from './duration.js';
import type { Mapped, Ref, RefOf } from './reference.js';
import type { Given, Result, Retry, StageContract } from './stage-contract.js';

/** What a pipeline's definition is written with. Names are camelCase and are what people see in histories, traces and conditions. */
export interface Define<Input extends z.ZodType> {
  /** The run's input, as it was sent: defaults of its schema are not filled in. */
  readonly input: Ref<z.input<Input>>;

  /**
   * A stage's work on an input made of references and literals. It begins once everything it reads (input, `when`, fallback input)
   * and everything in `after` has ended. Gives a reference to its output; with a `when`, one that may be absent.
   */
  step<
    Contract extends StageContract,
    When extends Test | undefined = undefined,
    Fallback extends Fitting<Contract> = Fitting<Contract>,
  >(
    name: string,
    contract: Contract,
    input: Mapped<Given<Contract>>,
    options?: StepOptions<Contract, When, Fallback>,
  ): Ref<Result<Contract> | IfGiven<When>>;

  /** Waits for a person's answer, which has the given type. */
  review<Answer extends z.ZodType, When extends Test | undefined = undefined>(
    name: string,
    answer: Answer,
    options?: WaitOptions<Answer, When>,
  ): Ref<z.input<Answer> | IfGiven<When>>;

  /** Waits for a system's message, which has the given type. */
  signal<Answer extends z.ZodType, When extends Test | undefined = undefined>(
    name: string,
    answer: Answer,
    options?: WaitOptions<Answer, When>,
  ): Ref<z.input<Answer> | IfGiven<When>>;
}

/** A step without a `when` is always there. */
type IfGiven<When> = [When] extends [undefined] ? never : undefined;

/** Stages that can stand in for another: what they give has what the other one gives. */
type Fitting<Contract extends StageContract> = StageContract<z.ZodType, z.ZodType<Result<Contract>>>;

interface AnyStep<When> {
  /** The step is skipped where this is false: it ends at once, without an output, and what waits for it goes on. */
  readonly when?: When;
  /** Steps that have to end first though nothing of them is read: their references, or names. */
  readonly after?: readonly (RefOf<unknown> | string)[];
}

export interface StepOptions<
  Contract extends StageContract,
  When,
  Fallback extends StageContract,
> extends AnyStep<When> {
  readonly retry?: Retry;
  /** For one attempt, from when its stage starts it: 30 seconds unless the contract says otherwise. */
  readonly timeout?: Duration;
  /** How long an attempt may wait for its stage to take it: 10 minutes unless given. */
  readonly startTimeout?: Duration;
  /** Asked when the stage has failed for good. */
  readonly fallback?: {
    readonly stage: Fallback;
    readonly input: Mapped<Given<Fallback>>;
    readonly retry?: Retry;
    readonly timeout?: Duration;
  };
  /** When stage and fallback have failed for good: go on with this output, or park the step as a dead letter (which is what happens otherwise). */
  readonly onFailure?: { readonly default: z.input<Contract['output']> } | 'dead-letter';
}

export interface WaitOptions<Answer extends z.ZodType, When> extends AnyStep<When> {
  /** What the person, or whoever answers, is shown. */
  readonly show?: unknown;
  /** How long to wait; for ever unless given. */
  readonly timeout?: Duration;
  /** When nobody answers in time: go on with this answer, or park the step as a dead letter (which is what happens otherwise). */
  readonly onFailure?: { readonly default: z.input<Answer> } | 'dead-letter';
}

/** What the builder is given, whatever its types. */
export interface AnyOptions {
  readonly when?: Condition | RefOf<boolean>;
  readonly after?: readonly (RefOf<unknown> | string)[];
  readonly show?: unknown;
  readonly retry?: Retry;
  readonly timeout?: Duration;
  readonly startTimeout?: Duration;
  readonly fallback?: {
    readonly stage: StageContract;
    readonly input: unknown;
    readonly retry?: Retry;
    readonly timeout?: Duration;
  };
  readonly onFailure?: { readonly default: unknown } | 'dead-letter';
}
