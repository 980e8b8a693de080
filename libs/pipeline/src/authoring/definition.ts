import type { Failure } from '@millrace/contracts';
import type { z } from 'zod';
import type { Condition, Test } from './conditions.js';
import type { Duration } from './duration.js';
import type { FailureFacts } from '../steps/failure-facts.js';
import type { CacheOption } from '../steps/step-cache.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import type { FromTopic } from '../steps/signal-source.js';
import type { LoadedPlan } from '../plan/plan-model.js';
import type { ItemFailure, Plan } from '../plan/plan.js';
import type { Mapped, Ref, RefOf, Value } from './reference.js';
import type { StageInput, StageOutput, Retry, StageContract } from './stage-contract.js';

declare const output: unique symbol;

export interface Pipeline<Input extends z.ZodType = z.ZodType, Output = unknown> {
  readonly name: string;
  readonly input: Input;
  /** JSON Schema of what a run gives. */
  readonly outputSchema: JsonSchema;
  /** For the compiler only. */
  readonly [output]?: Output;
  readonly plan: Plan;
  readonly loaded: LoadedPlan;
  /** The contracts of all stages it asks, fallbacks included, by name. */
  readonly contracts: ReadonlyMap<string, StageContract>;
}

/** The functions with which a pipeline's definition is written. Names are camelCase and are what people see in histories, traces and conditions. */
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
    Undo extends StageContract = StageContract,
    const Chain extends readonly Fitting<Contract>[] = readonly Fitting<Contract>[],
  >(
    name: string,
    contract: Contract,
    input: Mapped<StageInput<Contract>>,
    options?: StepOptions<Contract, When, Fallback, Chain> & Compensated<StageOutput<Contract>, Undo>,
  ): Ref<StageOutput<Contract> | IfGiven<When>>;

  /**
   * The same work for each item of a list that is known when the run comes here: up to 100,000 of them and more. `work` is defined once, here, on
   * references to the item and its index; it may read everything around it. Gives the list of what it gave, in the order of the items.
   */
  map<Item, Work, When extends Test | undefined = undefined, const OnItem extends ItemFailure = 'park'>(
    name: string,
    list: RefOf<readonly Item[]>,
    work: (item: Ref<Item>, index: Ref<number>) => Work,
    options?: MapOptions<When, OnItem, Value<Work>>,
  ): Ref<ResultOf<Value<Work>, OnItem>[] | IfGiven<When>>;

  /**
   * The same work again, each time with what it gave the time before, until a condition on that holds, or `max` times. Gives what the last round gave,
   * which has the given type; `previous` is absent in the first round, unless there is a `start`.
   */
  loop<
    Output extends z.ZodType,
    When extends Test | undefined = undefined,
    Start extends Mapped<z.input<Output>> | undefined = undefined,
  >(
    name: string,
    output: Output,
    options: LoopOptions<Output, When, Start>,
    work: (
      previous: Ref<z.input<Output> | IfGiven<Start extends undefined ? Test : undefined>>,
      round: Ref<number>,
    ) => Mapped<z.input<Output>>,
  ): Ref<z.input<Output> | IfGiven<When>>;

  /** Several works at once: the first to complete counts, the others are cancelled. Fails when all have failed. */
  race<Works extends Readonly<Record<string, () => unknown>>, When extends Test | undefined = undefined>(
    name: string,
    works: Works,
    options?: RaceOptions<When, Value<ReturnType<Works[keyof Works]>>>,
  ): Ref<Value<ReturnType<Works[keyof Works]>> | IfGiven<When>>;

  /**
   * A switch: the steps of one case, those of `otherwise`, or none. Gives what the case gives; steps within a case can be read within it alone. Every
   * step of a case is one of this pipeline, with the case's condition.
   */
  choose<Label extends string, Cases extends { readonly [K in Label]?: () => unknown }, Otherwise = undefined>(
    name: string,
    on: RefOf<Label | undefined | null>,
    cases: Cases & { readonly [K in Exclude<keyof Cases, Label>]: never },
    otherwise?: () => Otherwise,
  ): Ref<Value<CaseOf<Cases>> | Value<Otherwise>>;

  /** Another pipeline, as a run of its own with its own history, in the same trace. It stays on the plan that it has now. */
  subPipeline<
    Input extends z.ZodType,
    Output,
    When extends Test | undefined = undefined,
    Undo extends StageContract = StageContract,
  >(
    name: string,
    pipeline: Pipeline<Input, Output>,
    input: Mapped<z.input<Input>>,
    options?: RunOptions<When, Output> & Compensated<Output, Undo>,
  ): Ref<Output | IfGiven<When>>;

  /** Waits for a person's answer, which has the given type. */
  review<Answer extends z.ZodType, When extends Test | undefined = undefined>(
    name: string,
    answer: Answer,
    options?: ReviewOptions<Answer, When>,
  ): Ref<z.input<Answer> | IfGiven<When>>;

  /**
   * Asks a stage once when a run of this pipeline has failed for good, after everything has been undone, whatever it failed of: for pipelines that say
   * `onFailure: 'fail'`. It is asked in a run of its own, so it never changes how the run ended; it is tried again as its policy says, and when it fails
   * for good that is a dead letter of its own. `known` says of a step's output that it need not be there.
   */
  onFailure<Contract extends StageContract>(
    contract: Contract,
    input: (
      failure: Ref<FailureFacts>,
      known: <T>(output: RefOf<T>) => Ref<T | undefined>,
    ) => Mapped<StageInput<Contract>>,
    options?: HandlerOptions,
  ): void;

  /**
   * Declares what lists call a run: a reference, or a list of references and texts, which are put together with spaces. It is read from the input and from
   * the outputs that are there, so a title that reads a step is there once the step has ended.
   */
  title(title: Label | readonly Label[]): void;

  /**
   * Declares the values by which runs are found, e.g. `attributes.customer == "x"`: references to texts, numbers and booleans, by name; at most 20. Each is kept
   * in an index.
   */
  attributes(attributes: Readonly<Record<string, Label>>): void;

  /** Waits so long. What is to come after it names it in `after`. */
  sleep(name: string, duration: Duration, options?: SleepOptions): RefOf<null>;

  /** Waits for a system's message, which has the given type. */
  signal<Answer extends z.ZodType, When extends Test | undefined = undefined>(
    name: string,
    answer: Answer,
    options?: SignalOptions<Answer, When>,
  ): Ref<z.input<Answer> | IfGiven<When>>;
}

/** A text, number or boolean, or a reference to one that may be absent. */
export type Label = RefOf<string | number | boolean | undefined | null> | string | number | boolean;

/** A step without a `when` is always there. */
type IfGiven<When> = [When] extends [undefined] ? never : undefined;

/** Stages that can stand in for another: what they give has what the other one gives. */
type Fitting<Contract extends StageContract> = StageContract<z.ZodType, z.ZodType<StageOutput<Contract>>>;

interface AnyStep<When> {
  /** The step is skipped where this is false: it ends at once, without an output, and what waits for it goes on. */
  readonly when?: When;
  /** Steps that have to end first though nothing of them is read: their references, or names. */
  readonly after?: readonly (RefOf<unknown> | string)[];
}

interface AnyWork<When> extends AnyStep<When> {
  /**
   * The time from the beginning of the step (again, when it is redriven), over all its attempts, fallbacks and items: then it has failed for good, and what it is
   * doing is cancelled. An attempt has a `timeout` of its own. For ever unless given.
   */
  readonly deadline?: Duration;
}

export interface StepOptions<
  Contract extends StageContract,
  When,
  Fallback extends StageContract,
  Chain extends readonly StageContract[] = readonly StageContract[],
> extends AnyWork<When> {
  readonly retry?: Retry;
  /** For one attempt, from when its stage starts it: 30 seconds unless the contract says otherwise. */
  readonly timeout?: Duration;
  /** The time for which an attempt may wait until its stage takes it: 10 minutes unless given. */
  readonly startTimeout?: Duration;
  /** Asked when the stage has failed for good: one, or several in order, each when the one before has failed for good, too. */
  readonly fallback?: FallbackOptions<Fallback> | { readonly [I in keyof Chain]: FallbackOptions<Chain[I]> };
  /**
   * Reuses an output of the stage for so long where the same is asked of it again: by any run of the same tenant, in any pipeline. The same means the same
   * stage with the same contract and version, and an equal input, or an equal `key`. Of steps that ask for the same at once, one is executed, and the others
   * wait for it. Not for stages with effects outside.
   *
   * @example '1d', { maxAge: '1h', key: input.customer }
   */
  readonly cache?: CacheOption;
  /** Handles the failure of the stage and its fallbacks: go on with an output, or park the step as a dead letter (as happens without this option). */
  readonly onFailure?: StandIn<z.input<Contract['output']>> | 'dead-letter';
}

/** The output with which the step goes on, given or made of the failure; for failures with these codes alone where `on` names some. */
export type StandIn<Output> = { readonly on?: readonly string[] } & (
  | { readonly default: Output; readonly give?: never }
  | { readonly give: (failure: Ref<FailureFacts>) => Mapped<Output>; readonly default?: never }
);

/** A stage that stands in for another. It has its own policy, which counts its own failures. */
export interface FallbackOptions<Fallback extends StageContract> {
  readonly stage: Fallback;
  /** May be made of the failure that led here: that of the stage, or of the fallback, before. */
  readonly input: Mapped<StageInput<Fallback>> | ((failure: Ref<FailureFacts>) => Mapped<StageInput<Fallback>>);
  /** Asked for failures with these codes alone; others go on to the next. */
  readonly on?: readonly string[];
  readonly retry?: Retry;
  readonly timeout?: Duration;
}

export interface Compensated<Output, Undo extends StageContract> {
  /**
   * Undoes the step, once it has completed, where its run fails or is cancelled with compensation: a stage, and what it is given, made of the
   * step's output and of whatever ends before the step begins. It is retried as its policy says; what fails for good is parked. A sub-pipeline that
   * names nothing is undone step by step.
   */
  readonly compensate?: {
    readonly stage: Undo;
    readonly input: (output: Ref<Output>) => Mapped<StageInput<Undo>>;
    readonly retry?: Retry;
    readonly timeout?: Duration;
    readonly startTimeout?: Duration;
  };
}

export interface HandlerOptions {
  readonly retry?: Retry;
  readonly timeout?: Duration;
  readonly startTimeout?: Duration;
}

/** With `collect`: what an item gave, or why it failed. */
type ResultOf<T, OnItem> = OnItem extends 'collect' ? { readonly output?: T; readonly failure?: Failure } : T;

export interface MapOptions<When, OnItem, T> extends AnyWork<When> {
  /** The most items at a time; defaults to 1,000. */
  readonly concurrency?: number;
  /**
   * When an item fails for good: `park` it as a dead letter of its own, and wait for it (which is what happens otherwise); `fail` the step; `skip` the
   * item; `collect` what failed into the list; or skip up to so many: `{ tolerate: 3 }`, `{ toleratePercent: 5 }`.
   */
  readonly onItemFailure?: OnItem;
  /** The name of the item in histories and conditions; defaults to `item`. */
  readonly as?: string;
  /** The handling of the step's failure. */
  readonly onFailure?: StandIn<readonly ResultOf<T, OnItem>[]> | 'dead-letter';
}

export interface LoopOptions<Output extends z.ZodType, When, Start> extends AnyWork<When> {
  /** Ends the loop when it holds of what a round gave. */
  readonly until: (round: Ref<z.input<Output>>) => Test;
  /** The most rounds; at most 1,000. */
  readonly max: number;
  /** The value that the first round is given as `previous`. */
  readonly start?: Start;
  /** Decides what follows when the condition does not hold after the last round: `go-on` with the output of that round (as happens without this option), or `fail`. */
  readonly onLimit?: 'go-on' | 'fail';
  /** The name of the round before in conditions; defaults to `previous`. */
  readonly as?: string;
  readonly onFailure?: StandIn<z.input<Output>> | 'dead-letter';
}

export interface RaceOptions<When, Output> extends AnyWork<When> {
  readonly onFailure?: StandIn<Output> | 'dead-letter';
}

/** The output of one of the cases. */
type CaseOf<Cases> = { [K in keyof Cases]: Cases[K] extends () => infer T ? T : never }[keyof Cases];

export interface RunOptions<When, Output> extends AnyWork<When> {
  /** The number of times that a run is begun, the first included: once unless given. */
  readonly retry?: Retry;
  /** For one run. */
  readonly timeout?: Duration;
  /** The handling of its run's failure. Without it, a step that fails is parked in that run, which goes on when the step is redriven. */
  readonly onFailure?: StandIn<Output> | 'dead-letter';
}

export type SleepOptions = AnyStep<Test>;

export interface WaitOptions<Answer extends z.ZodType, When> extends AnyStep<When> {
  /** The content that the person, or whoever answers, is shown. */
  readonly show?: unknown;
  /** The time to wait; for ever unless given. */
  readonly timeout?: Duration;
  /** Decides what follows when nobody answers in time: go on with an answer, or park the step as a dead letter (as happens without this option). */
  readonly onFailure?: StandIn<z.input<Answer>> | 'dead-letter';
}

export interface SignalOptions<Answer extends z.ZodType, When> extends WaitOptions<Answer, When> {
  /** Somebody else's topic that it comes from: see `fromTopic`. It may be sent to the run as well. */
  readonly from?: FromTopic;
}

/** The person or group that a review is for: a name, or a reference to one. */
export type To =
  | { readonly assignee: string | RefOf<string | undefined>; readonly group?: never }
  | { readonly group: string | RefOf<string | undefined>; readonly assignee?: never };

/** The person or group that a review goes to next, so long after it began to wait. Who had claimed it until then has no more claim. */
export type Escalation = To & { readonly after: Duration };

export type ReviewOptions<Answer extends z.ZodType, When> = WaitOptions<Answer, When> &
  (To | { readonly assignee?: never; readonly group?: never }) & {
    readonly escalate?: Escalation | readonly Escalation[];
  };

/** A failure handler of any types. */
export interface AnyHandler extends HandlerOptions {
  readonly stage: StageContract;
  readonly input: (failure: Ref<never>, known: (output: RefOf<unknown>) => Ref<never>) => unknown;
}

export type OneOrMore<T> = T | readonly T[];

/** The options of a step, of any types. */
export interface AnyOptions {
  readonly when?: Condition | RefOf<boolean>;
  readonly after?: readonly (RefOf<unknown> | string)[];
  readonly show?: unknown;
  readonly retry?: Retry;
  readonly timeout?: Duration;
  readonly startTimeout?: Duration;
  readonly deadline?: Duration;
  readonly cache?: CacheOption;
  readonly fallback?: OneOrMore<{
    readonly stage: StageContract;
    readonly input: unknown;
    readonly on?: readonly string[];
    readonly retry?: Retry;
    readonly timeout?: Duration;
  }>;
  readonly compensate?: {
    readonly stage: StageContract;
    readonly input: (output: Ref<never>) => unknown;
    readonly retry?: Retry;
    readonly timeout?: Duration;
    readonly startTimeout?: Duration;
  };
  readonly onFailure?: StandIn<unknown> | 'dead-letter';
  readonly concurrency?: number;
  readonly onItemFailure?: ItemFailure;
  readonly as?: string;
  readonly start?: unknown;
  readonly max?: number;
  readonly onLimit?: 'go-on' | 'fail';
  readonly from?: FromTopic;
  readonly assignee?: unknown;
  readonly group?: unknown;
  readonly escalate?: Escalation | readonly Escalation[];
}
