import { failure, type Fact, type Failure, isOver } from '@millrace/contracts';
import {
  advance,
  carriedWith,
  fallbackAfter,
  isUndo,
  itemName,
  itemOf,
  listOf,
  type LoopStep,
  type MapStep,
  chunkIn,
  type RaceStep,
  spreadOf,
  standInFor,
  type StageStep,
  type WantedStep,
  workOf,
} from '@millrace/pipeline/engine';
import { childRequest, concurrencyOf, cancelOf, parksIn } from '../children/children.js';
import type { Decision } from './decision.js';
import { nextOf, tooMany } from '../children/fan.js';
import { endOf, itemPolicyOf, spreadFor } from '../children/items.js';
import { inputFor, lastAttempt } from './attempts.js';
import { runDeadline, runLate, stepDeadline, stepLate } from '../run/deadlines.js';
import type { ByWhom } from '../run/pausing.js';
import { retryAt } from './retry.js';
import { byFallback, type Failing, Recording } from './recording.js';
import { type Done, hasEnded, progressOf, stepOf, type Undoing } from '../run/run.js';
import { cancelledBy, isUndoneByStage, nextUndo } from './undoing.js';
import { earlyAnswer, escalated, waitingFor } from '../run/waiting.js';

/** One decision while it is being made. */
export class Deciding extends Recording {
  /** A run that was to begin at a time begins, or where its pipeline has only so many at once, or is paused, waits for its turn. */
  timeHasCome(waits: boolean): Decision {
    const { held, key } = this.run!;
    if (held?.until === undefined || held.until > this.at) return this.end();
    this.add(key === undefined && !waits ? { type: 'run.begun', at: this.at } : { type: 'run.queued', at: this.at });
    return this.settle();
  }

  /** Asks for every step and item whose turn it is, and ends the run when all have ended. */
  settle(): Decision {
    if (this.run!.held || this.run!.paused) return this.end();
    do this.proceed();
    while (this.spreadOn());
    const run = this.run!;
    if (run.undoing) return this.undo();
    if (isOver(run.status) || !this.plan.order.every((step) => hasEnded(run, step))) return this.end();
    const refused = this.completed();
    if (refused) this.fail({ failure: refused });
    return this.end();
  }

  /** Undoes what has been done, one after the other; then the run ends. */
  private undo(): Decision {
    const run = this.run!;
    if (isOver(run.status)) return this.end();
    const next = nextUndo(run, this.plan);
    if (next === 'waits') return this.end();
    if (next) this.add(this.askUndo(next));
    else if (run.undoing!.as === 'failed') this.failed(run.undoing as Failing);
    else this.add(cancelledBy(run.undoing!, this.at));
    return this.end();
  }

  private askUndo({ step, undo, child }: Done): Fact {
    if (isUndoneByStage(step, this.plan)) return this.ask(undo);
    const attempt = lastAttempt(this.run!, undo) + 1;
    this.events.push({ type: 'run.compensate-requested', run: child!, at: this.at, step: undo, attempt });
    return { type: 'step.requested', step: undo, attempt, at: this.at, child: child! };
  }

  /** Begins the steps whose turn it is. */
  private proceed(): void {
    while (!this.isStopped) {
      const { wanted, skipped, failed } = advance(this.plan, progressOf(this.run!));
      if (wanted.length + skipped.length + failed.length === 0) return;
      this.add(...skipped.map((step): Fact => ({ type: 'step.skipped', step, at: this.at })));
      for (const one of wanted) this.begin(one);
      for (const { step, failure } of failed) this.giveUp(step, failure, null);
      // What these have ended by may be waited for.
      if (failed.length === 0 && !wanted.some(({ step }) => hasEnded(this.run!, step))) return;
    }
  }

  private begin(wanted: WantedStep): void {
    if (this.isStopped) return;
    const { step, kind, stage, input, known } = wanted;
    const refused = kind === 'value' ? this.valued(step, input ?? null) : this.refusalOfGiven(input ?? null, step);
    if (refused) return this.giveUp(step, refused, null);
    switch (kind) {
      case 'stage':
        this.add(this.request({ step, stage: stage!, input, known, fallback: 0 }));
        return;
      case 'run':
        this.add(this.beginChild(step));
        return;
      case 'map':
      case 'loop':
      case 'race':
        this.spread(step);
        return;
      case 'value':
        return;
      case 'sleep':
      case 'review':
      case 'signal':
        this.add(waitingFor(this.run!, this.plan, { wanted, at: this.at }));
        this.add(...earlyAnswer(this.run!, step, this.at));
    }
  }

  private spread(step: string): void {
    const of = spreadFor(this.run!, this.plan, { step, maxItems: this.maxItems });
    if ('code' in of) this.giveUp(step, of, null);
    else this.add({ type: 'step.spread', step, at: this.at, ...of });
  }

  /** Begins the items that may begin, and ends the steps whose items say so. Whether there was one. */
  private spreadOn(): boolean {
    let hasEnded = false;
    for (const [step, fan] of this.run!.fans) {
      if (this.isStopped || fan.isGathered || stepOf(this.run!, step).status !== 'running') continue;
      const definition = this.plan.step(step) as MapStep | LoopStep | RaceStep;
      const end = endOf(this.run!, this.plan, step);
      if (end === undefined) {
        const next = nextOf(fan, definition.kind === 'map' ? concurrencyOf(definition, this.run!) : Infinity);
        this.add(...next.map((key) => this.ask(itemName(step, key))));
        // A list may be empty.
        if (endOf(this.run!, this.plan, step) === undefined) continue;
      } else if (end !== 'done') {
        this.giveUp(step, end, null);
        hasEnded = true;
        continue;
      }
      const collect = definition.kind === 'map' && definition.onItemFailure === 'collect';
      this.leaveChildren({ of: step });
      this.add({ type: 'step.gathered', step, at: this.at, ...(collect && { collect: true }) });
      hasEnded = true;
    }
    return hasEnded;
  }

  /** One more attempt at a step or an item: by its stage, or by a run of its own. */
  private ask(step: string, fallback = 0): Fact {
    const definition = this.plan.step(step);
    if (definition.kind !== 'stage') return this.beginChild(step);
    const { stage } = workOf(definition, fallback);
    const input = inputFor(this.run!, this.plan, { step, nth: fallback });
    return this.request({ step, stage, input, known: carriedWith(this.plan, step, this.run!.scope), fallback });
  }

  private beginChild(step: string): Fact {
    const attempt = lastAttempt(this.run!, step) + 1;
    const request = childRequest(this.run!, { step, attempt, plan: this.plan, at: this.at });
    this.events.push(request);
    return { type: 'step.requested', step, attempt, at: this.at, child: request.run };
  }

  cancel({ compensate, ...act }: ByWhom & { compensate?: boolean }): Decision {
    const { undoing } = this.run!;
    if (compensate && undoing) return this.end();
    if (this.run!.paused) this.add({ type: 'run.resumed', at: this.at, ...act });
    if (compensate && this.plan.compensates) return this.compensate({ as: 'cancelled', ...act });
    this.leaveChildren({ compensate: false });
    this.add({ type: 'run.cancelled', at: this.at, ...act });
    return this.end();
  }

  /** The run goes on, and first with what has happened meanwhile. */
  resume(act: ByWhom): Decision {
    for (const step of this.resumed(act)) this.follow(step);
    return this.settle();
  }

  private follow(step: string): void {
    const of = isUndo(step) ? undefined : itemOf(step)?.step;
    if (of !== undefined && stepOf(this.run!, of).status !== 'running') return;
    const { status, failure: cause } = stepOf(this.run!, step);
    if (status === 'pending') this.afterRedrive(step);
    else if (status === 'failed') this.afterFailure(step, cause!);
    else this.afterResult(step);
  }

  /** Undoes the run's completed steps, after the work in hand has ended. */
  compensate(undoing: Undoing): Decision {
    this.leaveChildren({});
    this.add({ type: 'run.compensating', at: this.at, ...undoing });
    return this.settle();
  }

  /** A retry is due, an attempt is past its deadline, or a wait has ended without an answer. */
  due(step: string): void {
    if (isOver(this.run!.status)) return;
    const state = stepOf(this.run!, step);
    if (this.isLate(step)) this.missed(step);
    else if (state.status === 'retrying') this.add(this.ask(step, state.fallback));
    else if (state.status === 'waiting' && this.plan.step(step).kind === 'sleep') {
      this.add({ type: 'step.valued', step, at: this.at, output: null });
    } else if (state.status === 'waiting' && (state.due ?? Infinity) > this.at) {
      this.add(escalated(this.run!, this.plan, { step, at: this.at }));
    } else if (state.status === 'waiting') {
      this.giveUp(step, failure('SIGNAL_TIMED_OUT', `Nobody answered ${step} in time.`), null);
    } else if (state.status === 'running') {
      const late = failure('STAGE_TIMED_OUT', `${step} got no answer from its stage in time.`);
      if (state.child) this.events.push(cancelOf(this.run!, state.child.run, { at: this.at, compensate: true }));
      this.add({ type: 'step.failed', step, attempt: state.attempt, at: this.at, failure: late });
      this.afterFailure(step, late);
    }
  }

  private isLate(step: string): boolean {
    return (stepDeadline(this.run!, this.plan, step) ?? Infinity) <= this.at;
  }

  /** A step that has not ended by its deadline has failed, however often it might still be tried. */
  private missed(step: string): void {
    const definition = this.plan.step(step);
    const { child, status } = stepOf(this.run!, step);
    if (child && status === 'running')
      this.events.push(cancelOf(this.run!, child.run, { at: this.at, compensate: true }));
    const input = definition.kind === 'stage' ? inputFor(this.run!, this.plan, { step }) : null;
    this.giveUp(step, stepLate(step, definition), input);
  }

  /** A run that has not ended by its deadline has failed, and with it whatever it and its child runs are doing. */
  isOverdue(): boolean {
    if ((runDeadline(this.run!, this.plan) ?? Infinity) > this.at) return false;
    this.fail({ failure: runLate(this.plan) });
    return true;
  }

  /** A chunk may have passed over more items than its map tolerates. */
  afterResult(step: string): void {
    if (this.run!.paused) return;
    const item = itemOf(step);
    if (!this.isStopped && item && this.run!.fans.get(item.step)?.chunks) this.tolerate(item.step);
  }

  /** Items are asked for at once: their step has begun. */
  afterRedrive(step: string): void {
    if (itemOf(step) && !isUndo(step) && !this.run!.paused && !this.isStopped) this.add(this.ask(step));
  }

  /** Retry, the next fallback, default or dead letter, in this order, as the step's policy has it. */
  afterFailure(step: string, cause: Failure): void {
    if (this.run!.paused || (this.isStopped && !isUndo(step))) return;
    if (this.isLate(step)) return this.missed(step);
    const definition = this.plan.step(step) as StageStep;
    const state = stepOf(this.run!, step);
    const { attempt, fallback } = state;
    const due = retryAt(workOf(definition, fallback).retry, { state, cause, at: this.at, of: `${this.id}/${step}` });
    const next = fallbackAfter(definition, fallback, cause.code);
    if (due !== undefined)
      this.add({ type: 'step.retrying', step, attempt: attempt + 1, at: this.at, due, ...byFallback(fallback) });
    else if (next > 0) this.add(this.ask(step, next));
    else this.giveUp(step, cause, state.child ? null : inputFor(this.run!, this.plan, { step }));
  }

  /** Applies the policy of a step, or of the step of an item, to a failure that is final. */
  private giveUp(step: string, cause: Failure, input: unknown): void {
    if (isUndo(step)) return this.park(step, cause, input);
    if (this.isStopped) return;
    const item = itemOf(step);
    const definition = this.plan.step(item?.step ?? step);
    const policy = item && itemPolicyOf(definition);
    const standIn = standInFor(this.plan, { step, cause }, this.run!.scope);
    if (item && policy !== 'park') {
      this.add({ type: 'step.item-failed', step, at: this.at, failure: cause });
      if (policy === 'fail') this.giveUp(item.step, cause, null);
      else if (definition.kind === 'map') this.tolerate(item.step);
    } else if (standIn) {
      this.leaveChildren({ of: step });
      this.add({ type: 'step.defaulted', step, at: this.at, ...standIn, failure: cause });
    } else if (parksIn(this.run!, this.plan)) this.park(step, cause, input);
    else this.fail({ step, failure: cause });
  }

  private fail(of: Failing): void {
    if (this.plan.compensates) this.compensate({ as: 'failed', ...of });
    else {
      this.leaveChildren({});
      this.failed(of);
    }
  }

  private park(step: string, cause: Failure, input: unknown): void {
    this.leaveChildren({ of: step });
    this.add(this.parked(step, cause, input));
  }

  /** Within a chunk nothing is known of the others: the map itself counts. */
  private tolerate(step: string): void {
    const { scope, fans } = this.run!;
    if (chunkIn(scope)) return;
    const { items } = spreadOf(listOf(this.plan, step, scope)!, 0);
    const cause = tooMany(fans.get(step)!, (this.plan.step(step) as MapStep).onItemFailure, items);
    if (cause) this.giveUp(step, cause, null);
  }
}
