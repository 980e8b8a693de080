import { failure, type Failure } from '@millrace/contracts';
import type { LoadedPlan, PlanStep } from '@millrace/pipeline';
import type { Run, StepState } from './run.js';

/** When a run has failed, whatever it is doing; undefined where it has all the time it needs. */
export function runDeadline({ begunAt }: Run, { plan: { deadlineMs } }: LoadedPlan): number | undefined {
  return deadlineMs === undefined ? undefined : begunAt + deadlineMs;
}

export const runLate = ({ plan: { deadlineMs } }: LoadedPlan): Failure =>
  failure('RUN_DEADLINE_PASSED', `The run has not ended within its ${deadlineMs} ms.`);

/** When a step that is worked on, or is to be tried again, has failed for good. Items have none of their own. */
export function stepDeadline({ deadlineMs }: PlanStep, { status, begunAt }: StepState): number | undefined {
  if (deadlineMs === undefined || begunAt === undefined) return undefined;
  return status === 'running' || status === 'retrying' ? begunAt + deadlineMs : undefined;
}

export const stepLate = (step: string, { deadlineMs }: PlanStep): Failure =>
  failure('STEP_DEADLINE_PASSED', `${step} has not ended within its ${deadlineMs} ms, all attempts together.`);

/** Milliseconds that a step that is to be tried now has left for all that is to come. */
export function timeLeft({ deadlineMs = Infinity }: PlanStep, { begunAt }: StepState, at: number): number {
  return (begunAt ?? at) + deadlineMs - at;
}
