import { startTimer, type Timer } from '@millrace/contracts/timers';
import {
  type AttemptTicket,
  type Failure,
  failure,
  type InsteadOf,
  type MadeCall,
  type MadeCalls,
  type ModelInterceptor,
  MOST_MADE_CALLS,
  type StepCommand,
  stepIdempotencyKey,
} from '@millrace/contracts';
import type { Log, SpanContext } from '@millrace/telemetry';
import type { MadeCalls as KeptMadeCalls } from '../models/kept-answers.js';
import { failureOf, rawAnswerOf, StageFailure } from './failure.js';
import { ProgressReporter, type Said } from './progress.js';
import type { StageRun } from './stage-run.js';

/** The wait of a step for its turn to call a model. */
export interface ModelWait {
  /** The step is asked for again after so many milliseconds at the latest. */
  readonly waitMs: number;
  /** The quota or the budget that it waits for. */
  readonly waitsFor?: string | undefined;
}

/** The least time for which a call waits for its turn with its step in hand. */
const LEAST_WAIT_MS = 1_000;
/** The time after which a step whose command would have expired asks again, if nobody recalls it. */
const AWAY_MS = 60_000;

/** The end of an attempt here. `deferred`: it is asked for again when its model may be called. `dropped`: nobody waits for its result any more, or another process has the work. */
export type AttemptOutcome =
  | { readonly is: 'completed'; readonly output: unknown }
  | {
      readonly is: 'failed';
      readonly failure: Failure;
      /** The model's answer that could not be used. */ readonly answer?: string;
    }
  /** Somebody else answers. */
  | { readonly is: 'later' }
  | ({ readonly is: 'deferred' } & ModelWait)
  | { readonly is: 'dropped'; readonly why: 'cancelled' | 'lost' };

export interface AttemptOptions {
  readonly command: StepCommand;
  /** The stage's name. */
  readonly stage: string;
  readonly pipeline: string | undefined;
  readonly context: SpanContext;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly now: () => number;
  readonly report: (said: Said) => void;
  readonly modelCalls?: readonly ModelInterceptor[] | undefined;
  /** Opens the text of the attempt for those who watch the step. */
  readonly openText?: (() => { append(text: string): void; end(): void } | undefined) | undefined;
  /** Gives the attempt's slot back while it waits for a model; what it returns takes the slot again. */
  readonly suspend?: (() => () => void) | undefined;
}

const NONE: readonly ModelInterceptor[] = [];

/**
 * One attempt under way: what the stage sees of it, and the one place that knows whether it is over. What is made only when
 * asked for (signal, log, progress) costs nothing otherwise.
 */
export class Attempt implements StageRun {
  readonly id: string;
  readonly step: string;
  readonly attempt: number;
  readonly pipeline: string | undefined;
  /** The failure for which the stage said that it gave something else than its own answer. */
  insteadOf: InsteadOf | undefined;
  private aborting: AbortController | undefined;
  private logger: Log | undefined;
  private progressing: ProgressReporter | undefined;
  private outcome: AttemptOutcome | undefined;
  private settle: ((outcome: AttemptOutcome) => void) | undefined;
  private ending: Timer | undefined;
  /** The time at which the handler has had its time; waiting for a model moves it on. */
  private endsAt: number;
  private waits = 0;
  private made: KeptMadeCalls | undefined;
  private told: { readonly items: MadeCall[]; total: number } | undefined;
  private text: ReturnType<NonNullable<AttemptOptions['openText']>> | undefined;

  constructor(private readonly of: AttemptOptions) {
    const { run, step, attempt, ownAttempt = attempt } = of.command;
    this.id = run;
    this.step = step;
    this.attempt = ownAttempt;
    this.pipeline = of.pipeline;
    const { timeoutMs, expires } = of.command;
    this.endsAt = Math.min(of.startedAt + timeoutMs, expires);
  }

  get stage(): string {
    return this.of.stage;
  }

  get tenant(): string | undefined {
    return this.of.command.tenant;
  }

  get priority(): StepCommand['priority'] {
    return this.of.command.priority;
  }

  get modelCalls(): readonly ModelInterceptor[] {
    return this.of.modelCalls ?? NONE;
  }

  /** The calls of models that this attempt has made. */
  get madeCalls(): KeptMadeCalls {
    return (this.made ??= new Map());
  }

  /** Notes a call of a model that is over, for the history of the attempt. */
  note(call: MadeCall): void {
    this.told ??= { items: [], total: 0 };
    this.told.total++;
    this.told.items.push(call);
    if (this.told.items.length > MOST_MADE_CALLS) this.told.items.shift();
  }

  /** The calls that the history of the attempt keeps; undefined where no model was called. */
  get callsMade(): MadeCalls | undefined {
    if (!this.told) return undefined;
    const { items, total } = this.told;
    return { items, ...(total > items.length && { total }) };
  }

  /** True once the attempt has called a model. */
  get hasCalledModels(): boolean {
    return this.made !== undefined;
  }

  /** Discards the answers to all calls of the attempt. */
  discardAnswers(): void {
    for (const call of this.made?.keys() ?? []) this.discardAnswer(call);
  }

  discardAnswer(call: string): void {
    if (this.made?.has(call)) this.made.set(call, 'unusable');
  }

  get idempotencyKey(): string {
    return stepIdempotencyKey(this.id, this.step);
  }

  /** The trace context that calls to other systems carry. */
  get traceparent(): string {
    return this.of.context.traceparent;
  }

  get deadline(): number {
    return this.endsAt;
  }

  /** No time of the handler's passes while it waits for a model, and no slot of the stage is taken; what it gives ends the wait. */
  suspend(): () => void {
    const { now, command, suspend } = this.of;
    const since = now();
    const resume = suspend?.();
    if (this.waits++ === 0) this.deferInTime(since);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      resume?.();
      if (--this.waits > 0 || this.outcome) return;
      this.endsAt = Math.min(this.endsAt + now() - since, command.expires);
      this.endAt(this.endsAt);
    };
  }

  /**
   * Leaves the stage until the model may be called. Returns false where a call of the attempt is under way, or may have been paid without
   * its answer being kept: that call would be paid again.
   */
  defer(wait: ModelWait): boolean {
    if (this.outcome) return false;
    for (const state of this.made?.values() ?? []) if (state === 'sent') return false;
    this.end({ is: 'deferred', ...wait });
    return true;
  }

  /** True once the attempt has left the stage until its model may be called. */
  get isDeferred(): boolean {
    return this.outcome?.is === 'deferred';
  }

  /** A wait ends while the command still leaves the handler all its time. */
  private deferInTime(since: number): void {
    const { expires } = this.of.command;
    const inTime = Math.max(since + LEAST_WAIT_MS, expires - (this.endsAt - since));
    this.at(Math.min(inTime, expires), () => {
      if (!this.defer({ waitMs: AWAY_MS })) this.endAt(expires);
    });
  }

  private endAt(at: number): void {
    this.at(at, () => this.end(timedOut(this.of.command)));
  }

  private at(at: number, act: () => void): void {
    this.ending?.stop();
    if (!this.outcome) this.ending = startTimer(at - this.of.now(), act);
  }

  get ticket(): AttemptTicket {
    const { command, stage, startedAt } = this.of;
    const { run, step, attempt, expires } = command;
    return { run, step, attempt, stage, startedAt, expires, trace: this.traceparent };
  }

  get signal(): AbortSignal {
    this.aborting ??= new AbortController();
    if (this.outcome) this.aborting.abort(reasonOf(this.outcome));
    return this.aborting.signal;
  }

  get log(): Log {
    const { traceId } = this.of.context;
    return (this.logger ??= this.of.log.child({ traceId, run: this.id, step: this.step, attempt: this.attempt }));
  }

  degraded(insteadOf: InsteadOf): void {
    const { code, message } = failureOf(new StageFailure(insteadOf.code, insteadOf.message));
    this.insteadOf ??= { code, message, ...rawAnswerOf(insteadOf) };
  }

  stream(text: string): void {
    if (this.outcome) return;
    this.text ??= this.of.openText?.();
    this.text?.append(text);
  }

  progress(fraction: number, message?: string): void {
    if (this.outcome) return;
    this.progressing ??= new ProgressReporter(this.of.report, this.of.startedAt, this.of.now);
    this.progressing.say(fraction, message);
  }

  /** Ends with the work, at the deadline, or when `end` is called; whichever comes first. What the work gives later is dropped. */
  perform(work: () => Promise<AttemptOutcome>): Promise<AttemptOutcome> {
    const { command, startedAt } = this.of;
    return new Promise((resolve) => {
      this.settle = resolve;
      const remaining = Math.min(command.timeoutMs, command.expires - startedAt);
      if (remaining <= 0) return this.end(expired(command));
      this.ending = startTimer(remaining, () => this.end(timedOut(command)));
      work().then(
        (outcome) => this.end(outcome),
        // A schema that throws, for instance. Were it to reject, the record would come again for ever.
        (thrown: unknown) => this.end({ is: 'failed', failure: failureOf(thrown) }),
      );
    });
  }

  end(outcome: AttemptOutcome): void {
    if (this.outcome) return;
    this.outcome = outcome;
    this.ending?.stop();
    this.progressing?.stop();
    this.text?.end();
    this.settle?.(outcome);
    if (this.aborting && outcome.is !== 'completed' && outcome.is !== 'later') this.aborting.abort(reasonOf(outcome));
  }
}

function timedOut({ timeoutMs, step }: StepCommand): AttemptOutcome {
  const message = `The stage did not answer within the ${timeoutMs} ms of the step ${step}.`;
  return { is: 'failed', failure: failure('STAGE_TIMED_OUT', message) };
}

function expired({ at, expires, step }: StepCommand): AttemptOutcome {
  const message =
    expires > at
      ? `No process of the stage was free to begin the step ${step} within ${expires - at} ms.`
      : `The step ${step} was asked for when its deadline had passed.`;
  return { is: 'failed', failure: failure('STAGE_TIMED_OUT', message) };
}

function reasonOf(outcome: AttemptOutcome): Error {
  if (outcome.is === 'completed' || outcome.is === 'later') return new DOMException('The step is over.', 'AbortError');
  if (outcome.is === 'failed') return new DOMException(outcome.failure.message, 'TimeoutError');
  if (outcome.is === 'deferred') return new DOMException('The step waits until its model may be called.', 'AbortError');
  const why = outcome.why === 'cancelled' ? 'The run was cancelled.' : 'The work went to another process.';
  return new DOMException(why, 'AbortError');
}
