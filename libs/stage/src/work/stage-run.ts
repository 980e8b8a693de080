import type { AttemptTicket, InsteadOf, ModelInterceptor, StepCommand } from '@millrace/contracts';
import type { Log } from '@millrace/telemetry';

/** One attempt of a step, as the stage's code sees it. */
export interface StageRun {
  /** The run's id. */
  readonly id: string;
  readonly step: string;
  /** The number of this attempt among the step's own, from 1, whatever happened to the steps before it. */
  readonly attempt: number;
  /** The same on every attempt of this step: pass it on to systems that know idempotency keys. */
  readonly idempotencyKey: string;
  /** The name of this stage. */
  readonly stage: string;
  /** Undefined while the plan has not reached this service. */
  readonly pipeline?: string | undefined;
  readonly tenant?: string | undefined;
  readonly priority?: StepCommand['priority'];
  /** Stand around each call of a language model that this attempt makes: pass the run on to `@millrace/ai`. */
  readonly modelCalls: readonly ModelInterceptor[];
  /** Aborted at the step's deadline, when the run is cancelled, and when this process no longer owns the work. */
  readonly signal: AbortSignal;
  /** The W3C trace context of this attempt: pass it on with whatever the stage calls. */
  readonly traceparent: string;
  /** Milliseconds since the epoch at which the attempt is over. */
  readonly deadline: number;
  /** Names this attempt. A stage that returns `ANSWER_LATER` passes it, signed, to whoever is to answer. */
  readonly ticket: AttemptTicket;
  /** Its lines carry trace id, run, step and attempt. */
  readonly log: Log;
  /**
   * Says that the answer is not the stage's own but a fallback's, and for which failure. The run is `degraded` with this
   * reason, and the log says it. Where the failure is one of configuration, the stage is not ready until an attempt works.
   */
  degraded(insteadOf: InsteadOf): void;
  /**
   * Says that the answer to a call of a model, by the call's key, cannot be used: where this attempt fails, the next one asks again, and
   * takes every other answer that it asks for from the earlier attempt.
   */
  discardAnswer(call: string): void;
  /** Shows a part of what the step writes, e.g. the tokens of a model, to those who watch it. No part of the run's history. */
  stream(text: string): void;
  /** Says how far the work is, from 0 to 1. Shown to people once the step has lasted a second, at most once a second. */
  progress(fraction: number, message?: string): void;
}

/**
 * A handler returns this when somebody else answers the step: nothing is written now, and the step goes on when the event of `ticket` comes.
 * The coordinator gives the attempt up at the ticket's `expires`.
 */
export const ANSWER_LATER: unique symbol = Symbol('millrace.answer-later');
