import type { Fact, StepStatus } from '@millrace/contracts';
import { isUndo, itemOf, type LoadedPlan, undoName } from '@millrace/pipeline/engine';
import { type Done, type Run, stepOf, type Undoing } from '../run/run.js';

/** Returns the next step to undo; `waits` while work is in hand; or undefined when all is undone. */
export function nextUndo(run: Run, plan: LoadedPlan): Done | 'waits' | undefined {
  for (const { status } of run.steps.values()) if (OPEN.has(status)) return 'waits';
  return run.done.findLast((one) => stepOf(run, one.undo).status === 'pending' && canBeUndone(one, plan));
}

/** One undo at a time, and none before all has ended that was in hand. */
const OPEN: ReadonlySet<StepStatus> = new Set(['running', 'retrying', 'dead-lettered']);

export const cancelledBy = ({ by, reason }: Undoing, at: number): Fact => ({
  type: 'run.cancelled',
  at,
  ...(by && { by }),
  ...(reason && { reason }),
});

/** By a stage that the plan names, or else by the run that did it. */
export const isUndoneByStage = (step: string, plan: LoadedPlan): boolean => {
  const definition = plan.step(step);
  return !itemOf(step) && 'compensate' in definition && definition.compensate !== undefined;
};

function canBeUndone({ step, child }: Done, plan: LoadedPlan): boolean {
  if (isUndoneByStage(step, plan)) return true;
  return child !== undefined && plan.child(step).compensates;
}

/** Items that a stage worked on name nothing that undoes them. */
export function withDone(run: Run, step: string): Run['done'] {
  const child = stepOf(run, step).child?.run;
  if (isUndo(step) || (itemOf(step) && child === undefined)) return run.done;
  const nth = run.done.filter((one) => one.step === step).length + 1;
  return [...run.done, { step, undo: undoName(step, nth), child }];
}
