import { z } from 'zod';
import { InsteadOf, RawAnswer } from './degraded.js';
import { Failure } from '../failures.js';
import { Priority } from './limits.js';
import { MadeCalls } from './made-calls.js';
import { OfAttempt, OfStep, RunId } from './of-step.js';
import {
  ByWhom,
  Attempt,
  DurationMs,
  Id,
  Name,
  Person,
  PlanReference,
  StepName,
  Summary,
  text,
  TimeMs,
  Traceparent,
} from '../values/values.js';

/** The values that a step or a run can read, by name. */
const Known = z.record(StepName, z.unknown());

/** The command that asks a stage for one attempt: a record on `stage.<name>`, keyed by run. */
export const StepCommand = z.object({
  run: RunId,
  /** The plan's hash. */
  plan: PlanReference,
  step: StepName,
  /**
   * The number of the attempt. A step that is handed off begins with the number of the attempt that handed it on, so
   * that what a superseded attempt handed on can be told from what the current one did.
   */
  attempt: Attempt,
  /** The number of the attempt among the step's own, where that is another number: what the stage's code and people are told. */
  ownAttempt: Attempt.optional(),
  /** The input that the stage's contract describes. */
  input: z.unknown(),
  /** Earlier outputs (and the run's own input, under `input`) that a step handed off further down still reads. */
  known: Known.optional(),
  /** The time at which it was sent. */
  at: TimeMs,
  /** For a step that was handed off: the time at which the coordinator asked for the step that the hand-offs began with. Defaults to `at`. */
  asked: TimeMs.optional(),
  /** Milliseconds that the handler has from its start. Waiting in the topic does not count: a backlog is no failure. */
  timeoutMs: DurationMs.min(1),
  /** The coordinator gives this attempt up then (the step's `startTimeoutMs` plus `timeoutMs` after `at`); a stage that takes it later answers STAGE_TIMED_OUT unhandled. */
  expires: TimeMs,
  /** The priority of the run; defaults to `normal`. A stage works on commands by priority, and among equals by tenant. */
  priority: Priority.optional(),
  tenant: Name.optional(),
  /** Hand nothing off, whatever the plan says: the run is a trial, which has the answers of the other steps already. */
  alone: z.literal(true).optional(),
  /** Spans that led here and are not its parent: of its sending, of the steps that were joined, of the attempt before. */
  links: z.array(Traceparent).optional(),
});
export type StepCommand = z.infer<typeof StepCommand>;

export const StepCompleted = z.object({
  type: z.literal('step.completed'),
  ...OfAttempt,
  output: z.unknown(),
  /** Steps that this one's stage has itself asked for, in the same commit (a hand-off). */
  next: z.array(StepName).optional(),
  /** Steps that the hand-off found not to be wanted. */
  skipped: z.array(StepName).optional(),
  /** For a child run: the run is degraded. */
  degraded: z.literal(true).optional(),
  /** The stage gave what a fallback of its own gave, for this failure. */
  insteadOf: InsteadOf.optional(),
  /** One line for people that says what the output comes to. Shown, never decided on. */
  summary: Summary.optional(),
  /** The calls of models that the attempt made; absent where it made none. Shown, never decided on. */
  calls: MadeCalls.optional(),
});

export const StepFailed = z.object({
  type: z.literal('step.failed'),
  ...OfAttempt,
  failure: Failure,
  answer: RawAnswer.optional(),
  calls: MadeCalls.optional(),
});

/**
 * The step waits for its turn to call a model, and no stage holds it meanwhile: it is asked for again after `waitMs` at the latest, or when
 * `step.recalled` says so. That is the same attempt once more, not another one.
 */
export const StepDeferred = z.object({
  type: z.literal('step.deferred'),
  ...OfAttempt,
  waitMs: DurationMs,
  /** The quota or the budget that the step waits for, where the stage knows it. */
  waitsFor: text({ max: 700 }).optional(),
});

/** The turn of a step that waits for a model is near. */
export const StepRecalled = z.object({ type: z.literal('step.recalled'), ...OfStep });

/** A step that outlives a second says how far it is. Shown, never decided on. */
export const StepProgress = z.object({
  type: z.literal('step.progress'),
  ...OfAttempt,
  message: text({ max: 200 }).optional(),
  fraction: z.number().min(0).max(1).optional(),
});

/** The answer that a waiting step needs: from a system (signal) or a person (review). */
export const StepSignalled = z.object({
  type: z.literal('step.signalled'),
  ...OfStep,
  /** The sender's; the first one counts. */
  id: Id,
  payload: z.unknown(),
  /** It is kept by the coordinator until this run has heard of it: it came from a topic, and its id names the record. */
  correlated: z.literal(true).optional(),
  ...ByWhom,
});

/** Somebody takes a review in hand; and gives it back. */
export const StepClaimed = z.object({
  type: z.literal('step.claimed'),
  ...OfStep,
  ...ByWhom,
  by: Person,
  /** Also from somebody else who has claimed it. */
  takeOver: z.literal(true).optional(),
});
export const StepUnclaimed = z.object({ type: z.literal('step.unclaimed'), ...OfStep, ...ByWhom });

export const RunCancelRequested = z.object({
  type: z.literal('run.cancel-requested'),
  run: RunId,
  at: TimeMs,
  /** Undo first what it has done. */
  compensate: z.literal(true).optional(),
  ...ByWhom,
});

/** Begin nothing new for a run and its child runs; and go on with it. */
export const RunPauseRequested = z.object({
  type: z.literal('run.pause-requested'),
  run: RunId,
  at: TimeMs,
  ...ByWhom,
});
export const RunResumeRequested = z.object({
  type: z.literal('run.resume-requested'),
  run: RunId,
  at: TimeMs,
  ...ByWhom,
});

/** Undo what a child run that has completed did: the work of its parent's step of this name. */
export const RunCompensateRequested = z.object({
  type: z.literal('run.compensate-requested'),
  run: RunId,
  at: TimeMs,
  step: StepName,
  attempt: Attempt,
});

/** Send a dead letter's step on again. */
export const StepRedriven = z.object({
  type: z.literal('step.redriven'),
  ...OfStep,
  deadLetter: Id,
  /** The input that the stage of the step gets instead of the one that follows from the run. */
  input: z.unknown().optional(),
  ...ByWhom,
});

/** Go on with another plan, from one of its steps: what ended before that step is kept, the rest begins anew. */
export const RunMoveRequested = z.object({
  type: z.literal('run.move-requested'),
  run: RunId,
  at: TimeMs,
  /** The plan's hash. */
  to: PlanReference,
  from: StepName,
  /** The dead letter that is redriven with it: the run is moved only while a step of it is parked as that one. */
  deadLetter: Id.optional(),
  ...ByWhom,
});

/** The step that a child run does the work of. To that step the child is what a stage is: its end is the step's `step.completed` or `step.failed`. */
export const Parent = z.object({
  run: RunId,
  /** The step's name, or its item's: `embed[3]`. */
  step: StepName,
  attempt: Attempt,
  /** If true, a step of the child that fails for good is parked, and the child goes on when that step is redriven. Otherwise the child fails, and the step with it. */
  parks: z.boolean(),
  /** The run whose trace the child is part of. */
  trace: RunId,
  /** The number of items that the child is one of, with those of the maps around it; defaults to one. */
  items: z.int().min(1).optional(),
});
export type Parent = z.infer<typeof Parent>;

/** Begin a child run, whose id follows from its parent: the first thing that happens to it. */
export const RunRequested = z.object({
  type: z.literal('run.requested'),
  run: RunId,
  at: TimeMs,
  /** The plan of the parent's run and the way to the child's in it: `<hash>/<step>`. */
  plan: PlanReference,
  input: z.unknown().optional(),
  /** Further values that the run starts with, by name. */
  given: Known.optional(),
  parent: Parent,
  /** The span that its spans stand under, where that does not follow from its parent's id. */
  trace: Traceparent.optional(),
  /** Its steps are executed, whatever the cache has. */
  refresh: z.literal(true).optional(),
  /** Its parent's. */
  priority: Priority.optional(),
  tenant: Name.optional(),
});
export type RunRequested = z.infer<typeof RunRequested>;

/** Begin a run that takes the outputs which another one had before a step as they are, and executes the rest: the first thing that happens to it. */
export const RunReplayRequested = z.object({
  type: z.literal('run.replay-requested'),
  run: RunId,
  at: TimeMs,
  plan: PlanReference,
  /** The run that is replayed, and the first step that is executed again. */
  of: RunId,
  from: StepName,
  input: z.unknown().optional(),
  /** The outputs of the steps that are not executed, and the steps that were skipped. */
  outputs: Known,
  skipped: z.array(StepName),
  /** A trial: nothing of its end is published, its failure is handled by nobody, and stages hand nothing off for it. */
  trial: z.literal(true).optional(),
  priority: Priority.optional(),
  tenant: Name.optional(),
  ...ByWhom,
});
export type RunReplayRequested = z.infer<typeof RunReplayRequested>;

/** The cache has been looked up for a step: it has an output that another step had, or the step is to be executed. */
export const StepLookedUp = z.object({
  type: z.literal('step.looked-up'),
  ...OfStep,
  attempt: Attempt,
  /** Absent where the step is to be executed. */
  hit: z.object({ output: z.unknown(), storedAt: TimeMs, executedBy: RunId, summary: Summary.optional() }).optional(),
});

/** The state of a child run that has not ended, for the step whose work it does. */
export const ChildStatus = z.enum(['running', 'waiting', 'dead-lettered']);
export type ChildStatus = z.infer<typeof ChildStatus>;
export const StepChild = z.object({
  type: z.literal('step.child'),
  ...OfStep,
  attempt: Attempt,
  status: ChildStatus,
});

/** A timer of the run is due. */
export const RunWoken = z.object({ type: z.literal('run.woken'), run: RunId, at: TimeMs });

/** The turn of a run that is held has come. With `hold`, no run before it holds its key up any more: it may still wait for a concurrency slot. */
export const RunReleased = z.object({
  type: z.literal('run.released'),
  run: RunId,
  at: TimeMs,
  hold: z.literal(true).optional(),
});

/** An event of an accepted run: an item of the arrays on `runs`. */
export const RunEvent = z.discriminatedUnion('type', [
  StepCompleted,
  StepFailed,
  StepDeferred,
  StepRecalled,
  StepProgress,
  StepSignalled,
  StepClaimed,
  StepUnclaimed,
  RunCancelRequested,
  RunPauseRequested,
  RunResumeRequested,
  RunCompensateRequested,
  StepRedriven,
  RunMoveRequested,
  RunWoken,
  RunReleased,
  RunRequested,
  RunReplayRequested,
  StepChild,
  StepLookedUp,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type StepCompleted = z.infer<typeof StepCompleted>;
export type StepFailed = z.infer<typeof StepFailed>;

/** A request for a run on `intake`: the record's value is the pipeline's input itself; the rest is in headers. */
export interface RunRequest {
  readonly run: string;
  readonly pipeline: string;
  readonly input: unknown;
  readonly idempotencyKey: string | undefined;
  /** Not before this time. */
  readonly startAt?: number | undefined;
  /** For its commands. */
  readonly priority?: Priority | undefined;
  readonly tenant?: string | undefined;
  /** The concurrency key by which the pipeline counts its runs, and whether the run has to wait for its turn. */
  readonly key?: string | undefined;
  readonly queued?: boolean;
  /** The hold key, and the run that holds it up: this one waits until it may go on. */
  readonly hold?: string | undefined;
  readonly behind?: string | undefined;
  /** The caller's span: the run goes on with its trace, or only links to it. */
  readonly trace?: string | undefined;
  readonly link?: string | undefined;
  readonly at: number;
}

/** On `control`: read by every service. */
export const Control = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.cancelled'), run: RunId, at: TimeMs }),
  /** The route of new runs has changed; the store holds the new one. */
  z.object({ type: z.literal('pipeline.routed'), pipeline: Name, at: TimeMs }),
]);
export type Control = z.infer<typeof Control>;
