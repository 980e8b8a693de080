import { isOver } from '@millrace/contracts';
import type { LoadedPlan, StageStep } from '@millrace/pipeline';
import { type Run, type StepState } from './run.js';

/**
 * How long past a deadline the coordinator leaves to the stage's own answer, which knows more: the stage gives an attempt
 * up at the same moment, and its answer has to travel.
 */
const GRACE_MS = 500;

/** Milliseconds from an attempt's request to when it is given up without an answer. */
export function attemptDeadline(step: StageStep, fallback: boolean): number {
  const { timeoutMs } = fallback && step.fallback ? step.fallback : step;
  return step.startTimeoutMs + timeoutMs;
}

function dueOf(name: string, state: StepState, plan: LoadedPlan): number | undefined {
  if (state.status !== 'running') return state.due;
  const step = plan.step(name);
  if (step.kind === 'stage') return state.since + attemptDeadline(step, state.fallback) + GRACE_MS;
  return step.kind === 'run' && step.timeoutMs !== undefined ? state.since + step.timeoutMs : undefined;
}

/** When a run next has to be woken if nothing happens to it; undefined when never. */
export function wakeAtOf(run: Run, plan: LoadedPlan): number | undefined {
  if (isOver(run.status)) return undefined;
  if (run.held) return run.held.until;
  let earliest: number | undefined;
  for (const [name, state] of run.steps) {
    const due = dueOf(name, state, plan);
    if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
  }
  return earliest;
}

/** The steps for which it is time at `at`. */
export function dueSteps(run: Run, plan: LoadedPlan, at: number): readonly string[] {
  return [...run.steps].flatMap(([name, state]) => ((dueOf(name, state, plan) ?? Infinity) <= at ? [name] : []));
}
