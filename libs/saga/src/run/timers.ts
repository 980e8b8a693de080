import { isOver } from '@millrace/contracts';
import { type LoadedPlan, type PlanStep, type StageStep, workOf } from '@millrace/pipeline/engine';
import { runDeadline, stepDeadline } from './deadlines.js';
import { type Run, type StepState } from './run.js';
import { escalationAt } from './waiting.js';

/**
 * The time past a deadline that the coordinator leaves to the stage's own answer, which knows more: the stage gives an attempt
 * up at the same moment, and its answer has to travel.
 */
const GRACE_MS = 500;

/** Milliseconds from an attempt's request to when it is given up without an answer. */
export const attemptDeadline = (step: StageStep, fallback: number): number =>
  step.startTimeoutMs + workOf(step, fallback).timeoutMs;

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function dueOf(name: string, state: StepState, { run, plan }: { run: Run; plan: LoadedPlan }): number | undefined {
  const { status, due } = state;
  if (status !== 'running' && status !== 'retrying' && status !== 'waiting') return due;
  const step = plan.step(name);
  const own = earlier(stepDeadline(run, plan, name), due ?? attemptEnd(run, step, state));
  return step.kind === 'review' ? earlier(own, escalationAt(step, state)) : own;
}

/** Returns the time at which an attempt is given up that nothing is heard of. */
export function attemptEnd(run: Run, step: PlanStep, state: StepState): number | undefined {
  // Others may be executing the same; each of them ends in its own time.
  if (state.status !== 'running' || (state.lookup && !state.lookup.isMiss)) return undefined;
  // A child run that is being undone takes as long as that takes.
  if (run.undoing && step.kind === 'run') return undefined;
  if (step.kind === 'stage') return state.since + attemptDeadline(step, state.fallback) + GRACE_MS;
  return step.kind === 'run' && step.timeoutMs !== undefined ? state.since + step.timeoutMs : undefined;
}

/** Returns the time at which a run next has to be woken if nothing happens to it; undefined for never. */
export function wakeAtOf(run: Run, plan: LoadedPlan): number | undefined {
  if (isOver(run.status) || run.paused) return undefined;
  if (run.held) return run.held.until;
  const scene = { run, plan };
  let next = runDeadline(run, plan);
  for (const [name, state] of run.steps) next = earlier(next, dueOf(name, state, scene));
  return next;
}

/** The steps for which it is time at `at`. */
export function dueSteps(run: Run, plan: LoadedPlan, at: number): readonly string[] {
  return [...run.steps].flatMap(([name, state]) =>
    (dueOf(name, state, { run, plan }) ?? Infinity) <= at ? [name] : [],
  );
}
