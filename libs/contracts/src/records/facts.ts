import { z } from 'zod';
import { InsteadOf, RawAnswer } from './degraded.js';
import { Failure } from '../failures.js';
import { Priority } from './limits.js';
import { MadeCalls } from './made-calls.js';
import { ChildStatus, Parent } from './records.js';
import {
  ByWhom,
  Attempt,
  Count,
  DurationMs,
  ComputedKey,
  Id,
  IdempotencyKey,
  Name,
  Person,
  PlanReference,
  Reason,
  StepName,
  Summary,
  text,
  TimeMs,
  Traceparent,
} from '../values/values.js';

const Step = { step: StepName, at: TimeMs };
const OfAttempt = { ...Step, attempt: Attempt };
/** The person or group that a review is for. */
const Assigned = { assignee: Name.optional(), group: Name.optional() };
/** A fallback does it: the first, or that one of a chain. */
const Fallback = z.union([z.literal(true), z.int().min(2)]).optional();

/**
 * A run's history: what happened to it and what was decided, in order. A run's state is what follows from these and
 * from nothing else; they are stored as they are, and shown as they are.
 */
export const Fact = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run.accepted'),
    at: TimeMs,
    pipeline: Name,
    /** The plan's hash. */
    plan: PlanReference,
    input: z.unknown().optional(),
    /** The record that asked for the run: topic/partition/offset. */
    source: Id,
    idempotencyKey: IdempotencyKey.optional(),
    /** It begins at this time. */
    startAt: TimeMs.optional(),
    /** The concurrency key: its pipeline limits how many runs of one key are under way at once. */
    key: ComputedKey.optional(),
    priority: Priority.optional(),
    tenant: Name.optional(),
    /** It waits for its turn. */
    queued: z.literal(true).optional(),
    /** The hold key: later runs of the same key wait while a step of this one is parked. */
    hold: ComputedKey.optional(),
    /** The run of the same hold key that it waits for first. */
    behind: Id.optional(),
    /** For a child run: the parent's step whose work it does, and the values that it starts with. */
    parent: Parent.optional(),
    /** The span that the run's spans stand under: its caller's, or one of its parent's where that stands in a caller's trace. */
    trace: Traceparent.optional(),
    /** The caller's span, where the run has a trace of its own. */
    link: Traceparent.optional(),
    given: z.record(StepName, z.unknown()).optional(),
    /** For a replay: the run that it replays, and the first step that it executes. `trial`: nothing of its end is published. */
    replayOf: z.object({ run: Id, from: StepName, trial: z.literal(true).optional() }).optional(),
    /** Its steps are executed, whatever the cache has: it is a replay, or part of one. */
    refresh: z.literal(true).optional(),
    ...ByWhom,
  }),
  /** Its time has come, and it waits for its turn: with `hold`, until no run before it holds its key up. */
  z.object({ type: z.literal('run.queued'), at: TimeMs, hold: z.literal(true).optional() }),
  /** A run that was held begins. */
  z.object({ type: z.literal('run.begun'), at: TimeMs }),
  /** Nothing new is begun from here on, and no time passes for it; what stages have in hand ends. */
  z.object({ type: z.literal('run.paused'), at: TimeMs, ...ByWhom }),
  z.object({ type: z.literal('run.resumed'), at: TimeMs, ...ByWhom }),
  /** The coordinator sent a step to its stage, or began the child run that does its work. */
  z.object({
    type: z.literal('step.requested'),
    ...OfAttempt,
    stage: Name.optional(),
    child: Id.optional(),
    timeoutMs: DurationMs.optional(),
    fallback: Fallback,
  }),
  /** The step's output is looked up in the cache under this key, before its stage is asked for this attempt. */
  z.object({
    type: z.literal('step.lookup'),
    ...OfAttempt,
    key: text({ min: 1, max: 100 }),
    maxAgeMs: DurationMs,
    /** The step is executed in any case: what it gives replaces what the cache has. */
    refresh: z.literal(true).optional(),
  }),
  /** The cache had the output, which a step of another run gave at that time: no stage was asked. */
  z.object({
    type: z.literal('step.cached'),
    ...OfAttempt,
    output: z.unknown(),
    storedAt: TimeMs,
    executedBy: Id,
    summary: Summary.optional(),
  }),
  /** The run was paused before its stage was asked: the step is looked up again when the run goes on. */
  z.object({ type: z.literal('step.lookup-dropped'), ...OfAttempt }),
  z.object({
    type: z.literal('step.completed'),
    ...OfAttempt,
    startedAt: TimeMs,
    output: z.unknown(),
    /** Steps that the stage handed on to itself, begun at this fact's time; and those it skipped. */
    next: z.array(StepName).optional(),
    skipped: z.array(StepName).optional(),
    /** A child run did it that is degraded. */
    degraded: z.literal(true).optional(),
    /** The stage gave what a fallback of its own gave, for this failure. */
    insteadOf: InsteadOf.optional(),
    summary: Summary.optional(),
    /** The calls of models that the attempt made. */
    calls: MadeCalls.optional(),
    trace: Traceparent.optional(),
  }),
  /** An attempt that failed; what follows is in the next fact. */
  z.object({
    type: z.literal('step.failed'),
    ...OfAttempt,
    startedAt: TimeMs.optional(),
    failure: Failure,
    answer: RawAnswer.optional(),
    calls: MadeCalls.optional(),
    trace: Traceparent.optional(),
  }),
  /** The attempt waits for a stage that is, or was, paused: it is given up at `due`, and not before. */
  z.object({ type: z.literal('step.prolonged'), ...OfAttempt, due: TimeMs }),
  /** The step waits for its turn to call a model, and no stage holds it: it is requested again at `due` at the latest. No attempt is lost. */
  z.object({
    type: z.literal('step.deferred'),
    ...OfAttempt,
    startedAt: TimeMs,
    due: TimeMs,
    /** The quota or the budget that it waits for. */
    waitsFor: text({ max: 700 }).optional(),
    trace: Traceparent.optional(),
  }),
  /** To be requested again, as attempt `attempt`, at `due`. */
  z.object({ type: z.literal('step.retrying'), ...OfAttempt, due: TimeMs, fallback: Fallback }),
  z.object({ type: z.literal('step.skipped'), ...Step }),
  /** The step's items are known: so many, the first of that index. Each is a step of its own from now on: `embed[3]`. */
  z.object({
    type: z.literal('step.spread'),
    ...Step,
    /** `map`: all of them. `loop`: one after the other, that many at most. `race`: until one has a result. */
    as: z.enum(['map', 'loop', 'race']),
    items: Count,
    from: Count,
    /** The keys of a race's branches; and of a map's chunks, `300-399`, where it is worked on in chunks. */
    keys: z.array(StepName).optional(),
  }),
  /** An item that failed for good, which the step's policy allows. */
  z.object({ type: z.literal('step.item-failed'), ...Step, failure: Failure }),
  /** All items have ended: the step's output is what they gave. */
  z.object({ type: z.literal('step.gathered'), ...Step, collect: z.literal(true).optional() }),
  /** The state of a step's child run, when it is not simply running. */
  z.object({ type: z.literal('step.child'), ...OfAttempt, status: ChildStatus }),
  z.object({
    type: z.literal('step.waiting'),
    ...Step,
    kind: z.enum(['review', 'signal', 'sleep']),
    show: z.unknown().optional(),
    due: TimeMs.optional(),
    /** For a signal: the topic it may come from, and the key of its record. */
    from: z.object({ topic: text({ max: 249 }), key: ComputedKey }).optional(),
    ...Assigned,
  }),
  /** Somebody has taken a review in hand: another's answer does not count until it is given back or goes to somebody else. */
  z.object({
    type: z.literal('step.claimed'),
    ...Step,
    by: Person,
    /** The person who had claimed the review before, where somebody else took it over. */
    from: Person.optional(),
    reason: Reason.optional(),
  }),
  /** A claim is given back. */
  z.object({ type: z.literal('step.unclaimed'), ...Step, ...ByWhom }),
  /** Nobody has answered for so long that the review is somebody else's now; a claim ends with it. */
  z.object({ type: z.literal('step.escalated'), ...Step, ...Assigned }),
  z.object({ type: z.literal('step.answered'), ...Step, id: Id, output: z.unknown(), ...ByWhom }),
  /** A signal that came before its step waits: it is the answer when it does. */
  z.object({ type: z.literal('step.signal-kept'), ...Step, id: Id, payload: z.unknown(), ...ByWhom }),
  /** An answer that does not count: it does not fit the step's schema, or another has claimed the review. */
  z.object({ type: z.literal('step.answer-refused'), ...Step, id: Id, failure: Failure, ...ByWhom }),
  /** The output is the default that the pipeline has for the failure. */
  z.object({ type: z.literal('step.defaulted'), ...Step, output: z.unknown(), failure: Failure.optional() }),
  /** The step is not executed: the run replays another one, which had this output. */
  z.object({ type: z.literal('step.replayed'), ...Step, output: z.unknown() }),
  /** A step that only puts values together. */
  z.object({ type: z.literal('step.valued'), ...Step, output: z.unknown() }),
  z.object({
    type: z.literal('step.dead-lettered'),
    ...Step,
    deadLetter: Id,
    failure: Failure,
    input: z.unknown(),
  }),
  z.object({
    type: z.literal('step.redriven'),
    ...Step,
    deadLetter: Id,
    /** The input that the step’s stage gets from now on. */
    input: z.unknown().optional(),
    ...ByWhom,
  }),
  /** From here on the run follows another plan. */
  z.object({
    type: z.literal('run.moved'),
    at: TimeMs,
    /** The hashes of both. */
    plan: PlanReference,
    before: PlanReference,
    from: StepName,
    /** Steps that stay as they are; all others of the new plan begin anew when it is their turn. */
    kept: z.array(StepName),
    restarted: z.array(StepName),
    /** The highest number that an attempt had; those to come have higher ones. */
    attempt: Count,
    /** Those of steps that begin anew; they are done with. */
    deadLetters: z.array(Id).optional(),
    ...ByWhom,
  }),
  /** It could not be moved, and goes on as it was. */
  z.object({
    type: z.literal('run.move-refused'),
    at: TimeMs,
    plan: PlanReference,
    from: StepName,
    failure: Failure,
    ...ByWhom,
  }),
  /** From here on the run undoes its completed steps, the last one first; then it ends with this status. */
  z.object({
    type: z.literal('run.compensating'),
    at: TimeMs,
    as: z.enum(['failed', 'cancelled']),
    /** The failure that made the run compensate, and its step. */
    failure: Failure.optional(),
    step: StepName.optional(),
    /** For a child run: the step of its parent whose work it does. */
    undoes: z.object({ step: StepName, attempt: Attempt }).optional(),
    ...ByWhom,
  }),
  z.object({ type: z.literal('run.completed'), at: TimeMs, output: z.unknown() }),
  z.object({
    type: z.literal('run.failed'),
    at: TimeMs,
    step: StepName.optional(),
    failure: Failure,
    /** The run in which the pipeline's handler is asked. */
    handler: Id.optional(),
  }),
  z.object({ type: z.literal('run.cancelled'), at: TimeMs, ...ByWhom }),
]);
export type Fact = z.infer<typeof Fact>;
