import { failure, type Failure } from '@millrace/contracts';
import type { LoadedPlan, PlanStep } from '@millrace/pipeline/engine';
import { type Run, stepOf, type StepState } from './run.js';

/** Returns the time at which a run has failed, whatever it is doing; undefined where it has all the time it needs, as for undoing what it did. */
export function runDeadline({ begunAt, undoing }: Run, { plan: { deadlineMs } }: LoadedPlan): number | undefined {
  return deadlineMs === undefined || undoing ? undefined : begunAt + deadlineMs;
}

export const runLate = ({ plan: { deadlineMs } }: LoadedPlan): Failure =>
  failure('RUN_DEADLINE_PASSED', `The run has not ended within its ${deadlineMs} ms.`);

/** Returns the time at which a step that is worked on, or is to be tried again, has failed for good. Items have none of their own. */
export function stepDeadline(run: Run, plan: LoadedPlan, step: string): number | undefined {
  const { deadlineMs } = plan.step(step);
  const { status, begunAt } = stepOf(run, step);
  if (deadlineMs === undefined || begunAt === undefined || run.undoing) return undefined;
  return status === 'running' || status === 'retrying' ? begunAt + deadlineMs : undefined;
}

export const isPastStepDeadline = (run: Run, plan: LoadedPlan, { step, at }: { step: string; at: number }): boolean =>
  (stepDeadline(run, plan, step) ?? Infinity) <= at;

export const stepLate = (step: string, { deadlineMs }: PlanStep): Failure =>
  failure('STEP_DEADLINE_PASSED', `${step} has not ended within its ${deadlineMs} ms, all attempts together.`);

/** Milliseconds that a step that is to be tried now has left for all that is to come. */
export function timeLeft({ deadlineMs = Infinity }: PlanStep, { begunAt }: StepState, at: number): number {
  return (begunAt ?? at) + deadlineMs - at;
}
