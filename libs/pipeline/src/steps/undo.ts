import type { Plan, PlanStep, Work } from '../plan/plan.js';

/** The prefix of a step that undoes another, or the child run of one: `undo:book`; of several that did the same step, `undo:redraft[0]#2`. */
const UNDO = 'undo:';

/** The name of what undoes the `nth` completion of a step. */
export const undoName = (step: string, nth = 1): string => UNDO + step + (nth > 1 ? `#${nth}` : '');

export const isUndo = (name: string): boolean => name.startsWith(UNDO);

/** The step that one of this name undoes; undefined for any other. */
export const undoneBy = (name: string): string | undefined =>
  isUndo(name) ? name.slice(UNDO.length).split('#', 1)[0] : undefined;

/** Returns true when a step of a plan, or of the plans within it, names a compensation. */
export const compensates = (plan: Plan): boolean => Object.values(plan.steps).some(isUndone);

function isUndone(work: PlanStep | Work): boolean {
  switch (work.kind) {
    case 'stage':
      return 'compensate' in work && work.compensate !== undefined;
    case 'run':
      return ('compensate' in work && work.compensate !== undefined) || compensates(work.plan);
    case 'map':
    case 'loop':
      return isUndone(work.work);
    case 'race':
      return Object.values(work.branches).some(isUndone);
    default:
      return false;
  }
}
