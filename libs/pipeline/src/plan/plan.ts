import { Count, Name, PositiveCount, StepName, text } from '@millrace/contracts';
import { z } from 'zod';
import { Millis } from '../authoring/duration.js';
import { AttributeMappings, CelText, type Mapping, MappingSchema } from './plan-mapping.js';
import { FailureCodes, RetryPolicy } from '../steps/retry-policy.js';
import { StepCache } from '../steps/step-cache.js';
import { Starts } from '../starts/starts.js';

export type { Mapping } from './plan-mapping.js';
export { RetryPolicy } from '../steps/retry-policy.js';
export { StepCache } from '../steps/step-cache.js';

/** A JSON Schema. */
export const SchemaJson = z.json();

/** Reads what its step can read, and as `failure` what the step has failed of, unless a step has that name. */
export const Given = z.object({ give: MappingSchema, on: FailureCodes.optional() });
/** The stand-in for a step that has failed for good, instead of a dead letter: for failures of the codes that `on` names, or of any. */
const OnFailure = z.union([z.object({ default: z.json(), on: FailureCodes.optional() }), Given]);
export type OnFailure = z.infer<typeof OnFailure>;

const Common = {
  /** Steps that end before this one begins; the least that say so (transitively reduced). */
  predecessors: z.array(StepName),
  /** CEL over `input` and the steps' names; without it the step is always wanted. A step that is not wanted is skipped: it ends without an output. */
  when: CelText.optional(),
  onFailure: OnFailure.optional(),
  /** Milliseconds from when the step begins, over all its attempts and items: then it has failed for good. */
  deadlineMs: Millis.optional(),
};

/** Reads what its step can read, and as `failure` what the stage before it has failed of, unless a step has that name. */
export const Fallback = z.object({
  stage: Name,
  input: MappingSchema,
  /** The codes of failures that it applies to; without it, any. */
  on: FailureCodes.optional(),
  retry: RetryPolicy,
  timeoutMs: Millis,
});
export type Fallback = z.infer<typeof Fallback>;

const StageWork = z.object({
  kind: z.literal('stage'),
  stage: Name,
  input: MappingSchema,
  retry: RetryPolicy,
  /** Milliseconds that one attempt may take, from when its stage starts it. */
  timeoutMs: Millis,
  /** Milliseconds that an attempt may wait for its stage to take it: what ends a step whose stage is down. */
  startTimeoutMs: Millis.default(600_000),
  /** Asked with the same step name when the stage fails for good: the next of them that is for the failure. */
  fallback: z.union([Fallback, z.array(Fallback).min(1)]).optional(),
  cache: StepCache.optional(),
});

/** The compensation of a completed step, where its run fails or is cancelled with compensation. Reads what the step could read, and its output. */
export const Compensation = z.object({
  stage: Name,
  input: MappingSchema,
  retry: RetryPolicy,
  timeoutMs: Millis,
  startTimeoutMs: Millis.default(600_000),
});
export type Compensation = z.infer<typeof Compensation>;
const Compensated = { compensate: Compensation.optional() };

/** A run of its own, with its own history: a plan within the plan. */
export const RunWork = z.object({
  kind: z.literal('run'),
  get plan(): z.ZodType<Plan> {
    return Plan;
  },
  /** The child's input. A plan that takes names from here (`given`) has no other. */
  input: MappingSchema.optional(),
  retry: RetryPolicy,
  /** Milliseconds that one attempt may take. */
  timeoutMs: Millis.optional(),
});

/** The work of a step, or of each of its items. */
export const Work = z.discriminatedUnion('kind', [StageWork, RunWork]);
export type Work = z.infer<typeof Work>;

export const StageStep = z.object({ ...StageWork.shape, ...Common, ...Compensated });
/** Without a `compensate` of its own, what its run did is undone step by step. */
export const RunStep = RunWork.extend({ ...Common, ...Compensated });

/** The recipient of a review: one person, or a group of which somebody claims it. */
export const Recipient = z.union([
  z.strictObject({ assignee: MappingSchema }),
  z.strictObject({ group: MappingSchema }),
]);
export type Recipient = z.infer<typeof Recipient>;

/** Records of somebody else's topic, one of which answers a step that waits. */
export const SignalSource = z.object({
  topic: text({ min: 1, max: 249 }),
  /** CEL over `record`; others are passed over. */
  when: CelText.optional(),
  /** Computes the key from `record`. A record without a key belongs to nobody. */
  key: MappingSchema,
  /** Computes the answer from `record`. */
  give: MappingSchema,
  /** Computes the key that the run waits for. */
  on: MappingSchema,
  /** Milliseconds for which a record is kept that nobody waits for yet. */
  keepMs: Millis,
});
export type SignalSource = z.infer<typeof SignalSource>;

/** `review`: a person answers. `signal`: a system does. The answer is the step's output. */
export const WaitStep = z.object({
  kind: z.enum(['review', 'signal']),
  /** JSON Schema of the answer. */
  schema: SchemaJson,
  /** The content that the person is shown. */
  show: MappingSchema.optional(),
  timeoutMs: Millis.optional(),
  /** For a signal: the topic that it may come from, beside being sent to the run itself. */
  from: SignalSource.optional(),
  /** For a review: the people who are asked. */
  to: Recipient.optional(),
  /** The recipients that a review goes to next where nobody has answered so long after it began to wait; each later than the one before. */
  escalate: z.array(z.object({ afterMs: Millis, to: Recipient })).optional(),
  ...Common,
});

/**
 * The policy for an item that fails for good. `park`: it is a dead letter of its own, and the step waits for it. `fail`: the step fails.
 * `skip`: the list goes without it. `collect`: the list says for each item what it gave or why it failed. `tolerate`, `toleratePercent`: skipped, up to so many.
 */
export const ItemFailure = z.union([
  z.enum(['park', 'fail', 'skip', 'collect']),
  z.strictObject({ tolerate: Count }),
  z.strictObject({ toleratePercent: z.number().min(0).max(100) }),
]);
export type ItemFailure = z.infer<typeof ItemFailure>;

/** The same work for each item of a list; its output is the list of what they gave, in order. */
export const MapStep = z.object({
  kind: z.literal('map'),
  over: MappingSchema,
  /** The name of the item within the work; its index is `<as>Index`. */
  as: StepName,
  work: Work,
  /** The most items at a time. */
  concurrency: PositiveCount,
  onItemFailure: ItemFailure,
  ...Common,
});

/** The same work again, with what it gave the time before, until a condition holds. Its output is what the last round gave. */
export const LoopStep = z.object({
  kind: z.literal('loop'),
  /** The name of the previous round's output within the work, and of a round's output within `until`; the round's number, from 0, is `<as>Index`. */
  as: StepName,
  /** The value that the first round is given as the previous round's output. */
  start: MappingSchema.optional(),
  work: Work,
  /** CEL; ends the loop. */
  until: CelText,
  /** The most rounds. */
  max: z.int().min(1).max(1_000),
  /** The failure when the rounds are over and the condition does not hold. */
  onLimit: z.enum(['go-on', 'fail']),
  ...Common,
});

/** Several runs at once; its output is that of the first to complete, and the others are cancelled. It fails when all have. */
export const RaceStep = z.object({
  kind: z.literal('race'),
  branches: z.record(StepName, RunWork),
  ...Common,
});

/** Waits for a time, and gives null. */
export const SleepStep = z.object({ kind: z.literal('sleep'), ms: Millis, ...Common });

/** Values put together, without any work. */
export const ValueStep = z.object({ kind: z.literal('value'), value: MappingSchema, ...Common });

export const PlanStep = z.discriminatedUnion('kind', [
  StageStep,
  WaitStep,
  RunStep,
  MapStep,
  LoopStep,
  RaceStep,
  ValueStep,
  SleepStep,
]);
export type PlanStep = z.infer<typeof PlanStep>;
export type StageStep = z.infer<typeof StageStep>;
export type WaitStep = z.infer<typeof WaitStep>;
export type RunStep = z.infer<typeof RunStep>;
export type MapStep = z.infer<typeof MapStep>;
export type LoopStep = z.infer<typeof LoopStep>;
export type RaceStep = z.infer<typeof RaceStep>;

/** Asked once by each run that has failed, in a run of its own. Reads `failure`, the run's input, and of the steps' outputs what there is. */
export const HandlerPlan = z.object({ ...Compensation.shape });
export type HandlerPlan = z.infer<typeof HandlerPlan>;

/** With it, a run in which a step fails for good has failed: it undoes what it has done, and ends. Without it, what fails is parked. */
const WhenFailing = z.object({ handler: HandlerPlan.optional() });

/** A compiled pipeline: plain JSON, immutable, named by the hash of its content. Steps stand in an order in which they could run. */
// A type, not an interface: JSON of any keys to those who only pass it on.
export type Plan = {
  readonly format: 1;
  readonly pipeline: string;
  /** JSON Schema of the run's input. */
  readonly inputSchema: z.core.util.JSONType;
  /** For a plan within another: the outer plan's values that can be read here, under the same names. */
  readonly given?: readonly string[] | undefined;
  readonly steps: Readonly<Record<string, PlanStep>>;
  readonly output: Mapping;
  readonly onFailure?: z.infer<typeof WhenFailing> | undefined;
  readonly starts?: Starts | undefined;
  readonly deadlineMs?: number | undefined;
  readonly title?: Mapping | undefined;
  readonly attributes?: Readonly<Record<string, Mapping>> | undefined;
};

export const Plan: z.ZodType<Plan> = z.object({
  format: z.literal(1),
  pipeline: Name,
  inputSchema: SchemaJson,
  given: z.array(StepName).optional(),
  steps: z.record(
    StepName,
    z.lazy(() => PlanStep),
  ),
  output: MappingSchema,
  onFailure: WhenFailing.optional(),
  /** The triggers and schedules that start runs, and how many runs may be under way at once. */
  starts: Starts.optional(),
  /** Milliseconds from when a run begins: then it has failed, whatever it is doing. */
  deadlineMs: Millis.optional(),
  /** Computes what lists call a run, from its input and the outputs that are there. */
  title: MappingSchema.optional(),
  /** Computes the values by which runs are found: texts, numbers and booleans. */
  attributes: AttributeMappings.optional(),
});
