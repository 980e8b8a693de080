import { type Fact, type Failure, isOver } from '@millrace/contracts';
import { handlerRequest } from '../children/children.js';
import type { Done, Undoing } from '../run/run.js';
import { ask } from './asking.js';
import { lastAttempt } from './attempts.js';
import type { DecisionDraft } from './draft.js';
import { leaveChildren } from './leaving.js';
import { cancelledBy, isUndoneByStage, nextUndo } from './undoing.js';

/** The failure of a run, and the step in which it happened. */
export interface Failing {
  readonly step?: string | undefined;
  readonly failure: Failure;
}

/** Ends a run that cannot go on: what it did is undone first, where its plan says how. */
export function failRun(draft: DecisionDraft, failing: Failing): void {
  if (draft.plan.compensates) return beginUndoing(draft, { as: 'failed', ...failing });
  leaveChildren(draft);
  recordFailed(draft, failing);
}

/** From here on the run's completed steps are undone; work in hand may end before. */
export function beginUndoing(draft: DecisionDraft, undoing: Undoing): void {
  leaveChildren(draft);
  draft.add({ type: 'run.compensating', at: draft.at, ...undoing });
}

/** Asks for the next undo of a run that is being undone, or ends the run. */
export function goOnUndoing(draft: DecisionDraft): void {
  const { run, plan, at } = draft;
  if (isOver(run.status) || !run.undoing) return;
  const next = nextUndo(run, plan);
  if (next === 'waits') return;
  const { as, step, failure } = run.undoing;
  if (next) draft.add(askUndo(draft, next));
  else if (as === 'failed' && failure) recordFailed(draft, { step, failure });
  else draft.add(cancelledBy(run.undoing, at));
}

/** Asks the stage that undoes the step, or else the child run that did the step's work. */
function askUndo(draft: DecisionDraft, { step, undo, child }: Done): Fact {
  const { run, plan, at, events } = draft;
  if (child === undefined || isUndoneByStage(step, plan)) return ask(draft, undo);
  const attempt = lastAttempt(run, undo) + 1;
  events.push({ type: 'run.compensate-requested', run: child, at, step: undo, attempt });
  return { type: 'step.requested', step: undo, attempt, at, child };
}

/** Ends the run as failed, and asks its pipeline's failure handler in a run of its own: nothing of that run comes back here. */
function recordFailed(draft: DecisionDraft, { step, failure }: Failing): void {
  const { run, plan, at } = draft;
  const handler = run.replayOf?.trial ? undefined : handlerRequest(run, { plan, at, step, failure });
  if (handler) draft.events.push(handler);
  const asked = handler && { handler: handler.run };
  draft.add({ type: 'run.failed', at, ...(step !== undefined && { step }), failure, ...asked });
}
