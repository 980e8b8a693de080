import { derivedId, type Fact, type Failure, isOver, jsonFailure, jsonSize, type RunEvent } from '@millrace/contracts';
import { itemOf, type LoadedPlan, outputOf } from '@millrace/pipeline/engine';
import { type AttemptInput, type AttemptRequest, requestFor } from './attempts.js';
import { cancelOf, handlerRequest, toldToParent } from '../children/children.js';
import type { Decision } from './decision.js';
import { evolve } from '../run/evolve.js';
import { type ByWhom, toldToChildren } from '../run/pausing.js';
import { MAX_MAP_ITEMS } from '../children/items.js';
import type { Run } from '../run/run.js';

/** The failure of a run, and the step in which it happened. */
export interface Failing {
  readonly step?: string | undefined;
  readonly failure: Failure;
}

/** The failure as facts have it. */
export const byFallback = (nth: number): { fallback?: true | number } =>
  nth === 0 ? {} : { fallback: nth === 1 ? true : nth };

/** The most characters that a plan may make of what is known, in one decision: the steps of a short plan can double a value without end. */
const MAX_MADE = 16 * 1024 * 1024;

/** The decision so far: facts, and the requests that follow from them. */
export class Recording {
  protected readonly facts: Fact[] = [];
  protected readonly requests: AttemptRequest[] = [];
  protected readonly events: RunEvent[] = [];
  protected readonly at: number;
  /** The most items that a map may go over. */
  protected readonly maxItems: number;
  private readonly before: Run | undefined;
  private room = MAX_MADE;

  constructor(
    protected run: Run | undefined,
    protected readonly id: string,
    protected readonly plan: LoadedPlan,
    { at, maxItems = MAX_MAP_ITEMS }: { readonly at: number; readonly maxItems?: number | undefined },
  ) {
    this.before = run;
    this.at = at;
    this.maxItems = maxItems;
  }

  add(...facts: Fact[]): void {
    if (facts.length === 0) return;
    this.facts.push(...facts);
    this.run = evolve(this.run, this.id, facts);
  }

  end(): Decision {
    const run = this.run!;
    const told = toldToParent(this.before, run, { facts: this.facts, at: this.at });
    return { run, facts: this.facts, requests: this.requests, events: [...this.events, ...told] };
  }

  pause(act: ByWhom): Decision {
    this.add({ type: 'run.paused', at: this.at, ...act });
    this.events.push(...toldToChildren(this.run!, 'run.pause-requested', this.at));
    return this.end();
  }

  /** The run is no longer paused. @returns what something has happened to meanwhile */
  protected resumed(act: ByWhom): readonly string[] {
    const { happened } = this.run!.paused!;
    this.add({ type: 'run.resumed', at: this.at, ...act });
    this.events.push(...toldToChildren(this.run!, 'run.resume-requested', this.at));
    return happened;
  }

  /** True when nothing new is begun. */
  protected get isStopped(): boolean {
    return isOver(this.run!.status) || this.run!.undoing !== undefined;
  }

  protected request(asked: AttemptInput): Fact {
    const request = requestFor(this.run!, this.plan, { ...asked, at: this.at });
    this.requests.push(request);
    const { step, stage, attempt, at, timeoutMs } = request;
    return { type: 'step.requested', step, attempt, at, stage, timeoutMs, ...byFallback(asked.fallback) };
  }

  /** A step has its value, unless it cannot be kept: then why. */
  protected valued(step: string, output: unknown): Failure | undefined {
    const refused = this.refusalOf(output, `What ${step} makes`);
    if (!refused) this.add({ type: 'step.valued', step, at: this.at, output });
    return refused;
  }

  /** The run has completed, unless its output cannot be kept: then why. */
  protected completed(): Failure | undefined {
    const output = outputOf(this.plan, this.run!.scope);
    const refused = this.refusalOf(output ?? null, 'The run’s output');
    if (!refused) this.add({ type: 'run.completed', at: this.at, output });
    return refused;
  }

  private refusalOf(made: unknown, subject: string): Failure | undefined {
    const size = jsonSize(made, { maxBytes: this.room });
    if (typeof size !== 'number') return jsonFailure(size, subject);
    this.room -= size;
    return undefined;
  }

  /** A step is parked, without its input where no store could keep that. */
  protected parked(step: string, cause: Failure, input: unknown): Fact {
    const deadLetter = derivedId('dl', this.id, step, String(this.run!.seq));
    const kept = this.refusalOfGiven(input ?? null, step) ? null : input;
    return { type: 'step.dead-lettered', step, at: this.at, deadLetter, failure: cause, input: kept };
  }

  /** Returns the reason for which a stage or a person cannot be given a value: a mapping that reads a large value many times makes one that nothing holds. */
  protected refusalOfGiven(given: unknown, step: string): Failure | undefined {
    const size = jsonSize(given, { maxBytes: MAX_MADE });
    return typeof size === 'number' ? undefined : jsonFailure(size, `What ${step} is given`);
  }

  /** Cancels the runs that work for a step's items, or for any step. What they did is undone, unless somebody wants it left. */
  leaveChildren({ of, compensate = true }: { of?: string; compensate?: boolean }): void {
    for (const [step, { status, child }] of this.run!.steps) {
      const isMeant = of === undefined || itemOf(step)?.step === of;
      if (isMeant && child && status === 'running')
        this.events.push(cancelOf(this.run!, child.run, { at: this.at, compensate }));
    }
  }

  /** The run has failed, and what its pipeline names for that is asked in a run of its own: nothing of it comes back here. */
  protected failed({ step, failure }: Failing): void {
    const handler = handlerRequest(this.run!, { plan: this.plan, at: this.at, step, failure });
    if (handler) this.events.push(handler);
    const asked = handler && { handler: handler.run };
    this.add({ type: 'run.failed', at: this.at, ...(step !== undefined && { step }), failure, ...asked });
  }
}
