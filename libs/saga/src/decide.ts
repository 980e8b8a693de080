import {
  derivedId,
  failure,
  type Fact,
  type Failure,
  isOver,
  type RunEvent,
  type RunRequest,
} from '@millrace/contracts';
import {
  advance,
  carriedWith,
  inputOf,
  type LoadedPlan,
  outputOf,
  type StageStep,
  validateAnswer,
  type Wanted,
} from '@millrace/pipeline';
import { moveOf, type Target } from './move.js';
import { delayOf } from './retry.js';
import { evolve, progressOf, type Run, stepOf } from './run.js';
import { attemptDeadline, dueSteps } from './timers.js';

/** An attempt to be sent to its stage. */
export interface Request {
  readonly step: string;
  readonly stage: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly known: Readonly<Record<string, unknown>> | undefined;
  readonly at: number;
  readonly timeoutMs: number;
  readonly expires: number;
  /** Spans that led here and are not its parent: the joined steps', the attempt before. */
  readonly links: readonly string[];
}

/** Where a run stands now, what was added to its history, and which attempts that asks for. */
export interface Decision {
  readonly run: Run;
  readonly facts: readonly Fact[];
  readonly requests: readonly Request[];
}

/** Takes a run on. Its input has been checked against the plan's schema. */
export function accept(request: RunRequest & { source: string }, plan: LoadedPlan): Decision {
  const { run, pipeline, input, source, idempotencyKey, at, key, queued, priority, tenant } = request;
  const startAt = request.startAt !== undefined && request.startAt > at ? request.startAt : undefined;
  const decision = new Deciding(undefined, run, plan, at);
  decision.add({
    type: 'run.accepted',
    at,
    pipeline,
    plan: plan.hash,
    input,
    source,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(startAt !== undefined && { startAt }),
    ...(key !== undefined && { key }),
    ...(queued && { queued }),
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
  });
  return decision.settle();
}

/**
 * Given where a run stands and what just happened: where it stands now, and what that asks for. Total: an event that is
 * late, repeated or stale changes nothing. `at` is now, in milliseconds since the epoch.
 */
export function decide(
  run: Run,
  event: RunEvent,
  context: { plan: LoadedPlan; at: number; target?: Target | undefined },
): Decision {
  const deciding = new Deciding(run, run.id, context.plan, context.at);
  if (isOver(run.status)) return deciding.end();
  switch (event.type) {
    case 'step.completed': {
      if (!isCurrent(run, event)) return deciding.end();
      const { type, step, attempt, at, startedAt, output, next, skipped, trace } = event;
      const optional = { ...(next && { next }), ...(skipped && { skipped }), ...(trace && { trace }) };
      deciding.add({ type, step, attempt, at, startedAt, output, ...optional });
      return deciding.settle();
    }
    case 'step.failed': {
      if (!isCurrent(run, event)) return deciding.end();
      const { type, step, attempt, at, startedAt, failure, trace } = event;
      deciding.add({ type, step, attempt, at, startedAt, failure, ...(trace && { trace }) });
      deciding.afterFailure(step, failure);
      return deciding.settle();
    }
    case 'step.signalled': {
      if (stepOf(run, event.step).status !== 'waiting') return deciding.end();
      const { step, id, payload } = event;
      const act = { ...(event.by && { by: event.by }), ...(event.reason && { reason: event.reason }) };
      const details = validateAnswer(context.plan, step, payload);
      if (details) {
        const refused = failure('SIGNAL_INVALID', `The answer to ${step} does not fit its schema.`, { details });
        deciding.add({ type: 'step.answer-refused', step, at: context.at, id, failure: refused, ...act });
        return deciding.end();
      }
      deciding.add({ type: 'step.answered', step, at: context.at, id, output: payload, ...act });
      return deciding.settle();
    }
    case 'run.cancel-requested': {
      const { by, reason } = event;
      deciding.add({ type: 'run.cancelled', at: context.at, ...(by && { by }), ...(reason && { reason }) });
      return deciding.end();
    }
    case 'step.redriven': {
      const state = stepOf(run, event.step);
      if (state.status !== 'dead-lettered' || state.deadLetter !== event.deadLetter) return deciding.end();
      const { type, step, deadLetter, by, reason } = event;
      deciding.add({ type, step, at: context.at, deadLetter, ...(by && { by }), ...(reason && { reason }) });
      return deciding.settle();
    }
    case 'run.released':
      if (!run.held || run.held.until !== undefined) return deciding.end();
      deciding.add({ type: 'run.begun', at: context.at });
      return deciding.settle();
    case 'run.woken':
      if (run.held) return deciding.timeHasCome();
      for (const step of dueSteps(run, context.plan, context.at)) deciding.due(step);
      return deciding.settle();
    case 'run.move-requested':
      return move(run, event, context);
    case 'step.progress':
      return deciding.end();
  }
}

/** `context.target` is the plan that the event names; without it there is none of that name. */
function move(
  run: Run,
  event: RunEvent & { type: 'run.move-requested' },
  { plan, at, target }: { plan: LoadedPlan; at: number; target?: Target | undefined },
): Decision {
  const { to, from, by, reason } = event;
  const act = { ...(by && { by }), ...(reason && { reason }) };
  const moved = target ? moveOf(run, target, from) : failure('MOVE_REFUSED', `There is no plan ${to}.`);
  if ('code' in moved) {
    const deciding = new Deciding(run, run.id, plan, at);
    deciding.add({ type: 'run.move-refused', at, plan: to, from, failure: moved, ...act });
    return deciding.end();
  }
  const deciding = new Deciding(run, run.id, target!.plan, at);
  const { kept, restarted, attempt } = moved;
  const deadLetters = [...run.steps].flatMap(([step, { deadLetter }]) =>
    kept.includes(step) ? [] : (deadLetter ?? []),
  );
  const steps = { kept: [...kept], restarted: [...restarted], ...(deadLetters.length > 0 && { deadLetters }) };
  deciding.add({ type: 'run.moved', at, plan: to, before: run.plan, from, ...steps, attempt, ...act });
  return deciding.settle();
}

/** A result counts when it comes from the current attempt; one that succeeded after its deadline still counts while the next has not begun. */
function isCurrent(run: Run, event: { type: string; step: string; attempt: number }): boolean {
  const { status, attempt } = stepOf(run, event.step);
  return (
    attempt === event.attempt && (status === 'running' || (status === 'retrying' && event.type === 'step.completed'))
  );
}

/** One decision while it is being made. */
class Deciding {
  private readonly facts: Fact[] = [];
  private readonly requests: Request[] = [];

  constructor(
    private run: Run | undefined,
    private readonly id: string,
    private readonly plan: LoadedPlan,
    private readonly at: number,
  ) {}

  add(...facts: Fact[]): void {
    this.facts.push(...facts);
    this.run = evolve(this.run, this.id, facts);
  }

  end(): Decision {
    return { run: this.run!, facts: this.facts, requests: this.requests };
  }

  /** A run that was to begin at a time begins, or where its pipeline has only so many at once waits for its turn. */
  timeHasCome(): Decision {
    const { held, key } = this.run!;
    if (held?.until === undefined || held.until > this.at) return this.end();
    this.add(key === undefined ? { type: 'run.begun', at: this.at } : { type: 'run.queued', at: this.at });
    return this.settle();
  }

  /** Asks for every step whose turn it is, and ends the run when all have ended. */
  settle(): Decision {
    if (this.run!.held) return this.end();
    for (;;) {
      const { wanted, skipped, failed } = advance(this.plan, progressOf(this.run!));
      if (wanted.length + skipped.length + failed.length === 0) break;
      if (skipped.length > 0) this.add(...skipped.map((step): Fact => ({ type: 'step.skipped', step, at: this.at })));
      for (const one of wanted) this.begin(one);
      for (const { step, failure } of failed) this.giveUp(step, failure, null);
      if (failed.length === 0) break;
    }
    const run = this.run!;
    if (!this.plan.order.every((step) => ENDED.has(stepOf(run, step).status))) return this.end();
    this.add({ type: 'run.completed', at: this.at, output: outputOf(this.plan, run.known) });
    return this.end();
  }

  private begin({ step, kind, stage, input, known }: Wanted): void {
    if (kind === 'stage') {
      this.request({ step, stage: stage!, input, known, fallback: false });
      return;
    }
    const { timeoutMs } = this.plan.step(step) as { timeoutMs?: number };
    const due = timeoutMs === undefined ? {} : { due: this.at + timeoutMs };
    this.add({ type: 'step.waiting', step, at: this.at, kind, show: input, ...due });
  }

  private request(of: Pick<Request, 'step' | 'stage' | 'input' | 'known'> & { fallback: boolean }): void {
    const { step, stage, input, known, fallback } = of;
    const definition = this.plan.step(step) as StageStep;
    const timeoutMs = (fallback && definition.fallback ? definition.fallback : definition).timeoutMs;
    const before = stepOf(this.run!, step);
    const attempt = Math.max(before.attempt, this.handedOn(step)) + 1;
    const joined =
      before.attempt === 0 ? definition.predecessors.map((name) => stepOf(this.run!, name).trace) : [before.trace];
    const links = joined.filter((trace) => trace !== undefined);
    const expires = this.at + attemptDeadline(definition, fallback);
    this.requests.push({ step, stage, attempt, input, known, at: this.at, timeoutMs, expires, links });
    this.add({ type: 'step.requested', step, attempt, at: this.at, stage, timeoutMs, ...(fallback && { fallback }) });
  }

  /**
   * The highest attempt with which a stage may have handed this step on already, unknown to us: one that was given up or
   * superseded may have answered all the same. Its number must not be given out again.
   */
  private handedOn(step: string): number {
    let highest = 0;
    for (let name = step; this.plan.isHandedOff(name);) {
      name = this.plan.compiled.byName.get(name)!.predecessors[0]!;
      highest = Math.max(highest, stepOf(this.run!, name).attempt);
    }
    return highest;
  }

  /** A retry is due, an attempt is past its deadline, or a wait has ended without an answer. */
  due(step: string): void {
    const state = stepOf(this.run!, step);
    if (state.status === 'retrying') this.again(step, state.fallback);
    else if (state.status === 'waiting') {
      this.giveUp(step, failure('SIGNAL_TIMED_OUT', `Nobody answered ${step} in time.`), null);
    } else {
      const late = failure('STAGE_TIMED_OUT', `${step} got no answer from its stage in time.`);
      this.add({ type: 'step.failed', step, attempt: state.attempt, at: this.at, failure: late });
      this.afterFailure(step, late);
    }
  }

  private again(step: string, fallback: boolean): void {
    const definition = this.plan.step(step) as StageStep;
    const known = this.run!.known;
    this.request({
      step,
      stage: fallback ? definition.fallback!.stage : definition.stage,
      input: inputOf(this.plan, step, known, fallback),
      known: carriedWith(this.plan, step, known),
      fallback,
    });
  }

  /** Retry, fallback, default or dead letter, in this order, as the step's policy has it. */
  afterFailure(step: string, cause: Failure): void {
    const definition = this.plan.step(step) as StageStep;
    const state = stepOf(this.run!, step);
    const { retry } = state.fallback && definition.fallback ? definition.fallback : definition;
    if (cause.kind === 'transient' && state.tries < retry.maxAttempts) {
      const due = this.at + delayOf(retry, { tries: state.tries, seed: `${this.id}/${step}/${state.attempt}`, cause });
      const fallback = state.fallback && { fallback: true as const };
      this.add({ type: 'step.retrying', step, attempt: state.attempt + 1, at: this.at, due, ...fallback });
    } else if (definition.fallback && !state.fallback) this.again(step, true);
    else this.giveUp(step, cause, inputOf(this.plan, step, this.run!.known, state.fallback));
  }

  private giveUp(step: string, cause: Failure, input: unknown): void {
    const { onFailure } = this.plan.step(step);
    if (onFailure) {
      this.add({ type: 'step.defaulted', step, at: this.at, output: onFailure.default });
      return;
    }
    const deadLetter = derivedId('dl', this.id, step, String(this.run!.seq));
    this.add({ type: 'step.dead-lettered', step, at: this.at, deadLetter, failure: cause, input });
  }
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'skipped']);
