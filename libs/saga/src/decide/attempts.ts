import { fallbackInputOf, inputOf, itemOf, type LoadedPlan, type StageStep, workOf } from '@millrace/pipeline/engine';
import { timeLeft } from '../run/deadlines.js';
import { type Run, stepOf } from '../run/run.js';
import { attemptDeadline } from '../run/timers.js';

/** An attempt to be sent to its stage. */
export interface AttemptRequest {
  readonly step: string;
  readonly stage: string;
  readonly attempt: number;
  /** The number of the attempt among the step's own. */
  readonly ownAttempt: number;
  readonly input: unknown;
  readonly known: Readonly<Record<string, unknown>> | undefined;
  readonly at: number;
  readonly timeoutMs: number;
  readonly expires: number;
  /** Spans that led here and are not its parent: the joined steps', the attempt before. */
  readonly links: readonly string[];
}

export type AttemptInput = Pick<AttemptRequest, 'step' | 'stage' | 'input' | 'known'> & { readonly fallback: number };

/** The next attempt at a step or an item: no longer than what its step has left until its deadline. */
export function requestFor(run: Run, plan: LoadedPlan, asked: AttemptInput & { readonly at: number }): AttemptRequest {
  const { step, stage, input, known, fallback, at } = asked;
  const definition = plan.step(step) as StageStep;
  const before = stepOf(run, step);
  const left = timeLeft(definition, before, at);
  const timeoutMs = Math.ceil(Math.min(workOf(definition, fallback).timeoutMs, left));
  // A lookup has the number of the attempt that it comes before.
  const isLookedUp = before.lookup !== undefined && !before.lookup.isMiss;
  const attempt = isLookedUp ? before.attempt : nextAttempt(run, plan, step);
  const isFirst = before.attempt === 0 || (isLookedUp && before.tries === 0);
  const joined = isFirst ? definition.predecessors.map((name) => stepOf(run, name).trace) : [before.trace];
  const links = joined.filter((trace) => trace !== undefined);
  const expires = at + Math.ceil(Math.min(attemptDeadline(definition, fallback), left));
  return { step, stage, attempt, ownAttempt: before.tries + 1, input, known, at, timeoutMs, expires, links };
}

/** Returns the number of the next attempt at a step or an item. */
export const nextAttempt = (run: Run, plan: LoadedPlan, step: string): number =>
  Math.max(lastAttempt(run, step), handedOn(run, plan, step)) + 1;

/** An item's numbers go on from its step's, which a run that was moved has of its own past. */
export function lastAttempt(run: Run, step: string): number {
  const item = itemOf(step);
  return Math.max(stepOf(run, step).attempt, item ? stepOf(run, item.step).attempt : 0);
}

/**
 * The highest attempt with which a stage may have handed this step on already, unknown to us: one that was given up or
 * superseded may have answered all the same. Its number must not be given out again.
 */
function handedOn(run: Run, plan: LoadedPlan, step: string): number {
  let highest = 0;
  let name: string | undefined = step;
  while (name !== undefined && plan.isHandedOff(name)) {
    name = plan.compiled.byName.get(name)?.predecessors[0];
    if (name !== undefined) highest = Math.max(highest, stepOf(run, name).attempt);
  }
  return highest;
}

/** Returns the input of a step's stage, or of its `nth` fallback. */
export function inputFor(run: Run, plan: LoadedPlan, { step, nth }: { step: string; nth?: number }): unknown {
  const { fallback, failure, cause, edited } = stepOf(run, step);
  if ((nth ?? fallback) === 0) return edited ? edited.input : inputOf(plan, step, run.scope);
  return nth === undefined || nth === fallback
    ? fallbackInputOf(plan, { step, nth: fallback, cause }, run.scope)
    : fallbackInputOf(plan, { step, nth, cause: failure }, run.scope);
}
