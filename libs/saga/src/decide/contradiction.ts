import { derivedId, type RunEvent } from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import { HANDLER, type LoadedPlan } from '@millrace/pipeline/engine';
import { type Run, stepOf } from '../run/run.js';

/**
 * Says what in the event cannot have happened to the run; undefined where it may have. What is late, repeated or stale is
 * normal and no contradiction. An event that contradicts its run must not be given to `decide`.
 */
export function contradictionOf(run: Run, event: RunEvent, plan: LoadedPlan): string | undefined {
  // A run that was moved may still hear of steps that its plan no longer has.
  if (run.moved || !isOfStep(event) || event.step === HANDLER) return undefined;
  if (!isStep(plan, event.step)) return 'names a step that the run’s plan does not have';
  switch (event.type) {
    case 'step.completed':
      for (const names of [event.next, event.skipped])
        if (names?.some((name) => !isStep(plan, name))) return 'hands on to a step that the run’s plan does not have';
      return attemptProblem(run, event);
    case 'step.failed':
    case 'step.deferred':
    case 'step.child':
    case 'step.looked-up':
      return attemptProblem(run, event);
    case 'step.redriven':
      return redriveProblem(run, event);
    default:
      return undefined;
  }
}

/** Progress is only shown. */
const isOfStep = (event: RunEvent): event is RunEvent & { type: `step.${string}`; step: string } =>
  event.type.startsWith('step.') && event.type !== 'step.progress';

/** A step that was handed on has the attempt of the step before it, of which the coordinator may not have heard: so no step's attempt is above all others. */
function attemptProblem(run: Run, { step, attempt }: { step: string; attempt: number }): string | undefined {
  if (attempt <= stepOf(run, step).attempt) return undefined;
  for (const state of run.steps.values()) if (state.attempt >= attempt) return undefined;
  return 'is about an attempt that was never given';
}

/** A dead letter's id follows from the run's length at the time. */
function redriveProblem(run: Run, { step, deadLetter }: { step: string; deadLetter: string }): string | undefined {
  if (stepOf(run, step).deadLetter === deadLetter) return undefined;
  for (let seq = run.seq; seq >= 0; seq--)
    if (derivedId('dl', run.id, step, String(seq)) === deadLetter) return undefined;
  return 'names a dead letter that the run never had';
}

function isStep(plan: LoadedPlan, name: string): boolean {
  if (plan.compiled.byName.has(name)) return true;
  try {
    plan.step(name);
    return true;
  } catch (error) {
    if (error instanceof PlanError) return false;
    throw error;
  }
}
