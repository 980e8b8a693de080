import { isUndo, itemOf } from '@millrace/pipeline/engine';
import { type ByWhom, toldToChildren } from '../run/pausing.js';
import { stepOf } from '../run/run.js';
import { ask } from './asking.js';
import { beginUndoing } from './compensating.js';
import type { DecisionDraft } from './draft.js';
import { afterFailure, tolerate } from './failing.js';
import { leaveChildren } from './leaving.js';
import { settle } from './settling.js';

/** Cancels the run, after what it did is undone where that is asked for and the plan says how. */
export function cancel(draft: DecisionDraft, { compensate, ...act }: ByWhom & { compensate?: boolean }): void {
  const { run, plan, at } = draft;
  if (compensate && run.undoing) return;
  if (run.paused) draft.add({ type: 'run.resumed', at, ...act });
  if (compensate && plan.compensates) {
    beginUndoing(draft, { as: 'cancelled', ...act });
    return settle(draft);
  }
  leaveChildren(draft, { compensate: false });
  draft.add({ type: 'run.cancelled', at, ...act });
}

/** Pauses the run and its child runs. */
export function pause(draft: DecisionDraft, act: ByWhom): void {
  draft.add({ type: 'run.paused', at: draft.at, ...act });
  draft.events.push(...toldToChildren(draft.run, 'run.pause-requested', draft.at));
}

/** Lets the run go on, and decides what follows from what has happened to its steps meanwhile. */
export function resume(draft: DecisionDraft, act: ByWhom): void {
  const happened = draft.run.paused?.happened ?? [];
  draft.add({ type: 'run.resumed', at: draft.at, ...act });
  draft.events.push(...toldToChildren(draft.run, 'run.resume-requested', draft.at));
  for (const step of happened) catchUp(draft, step);
  settle(draft);
}

function catchUp(draft: DecisionDraft, step: string): void {
  const outer = isUndo(step) ? undefined : itemOf(step)?.step;
  if (outer !== undefined && stepOf(draft.run, outer).status !== 'running') return;
  const { status, failure } = stepOf(draft.run, step);
  if (status === 'pending') afterRedrive(draft, step);
  else if (status === 'failed' && failure) afterFailure(draft, step, failure);
  else afterResult(draft, step);
}

/** Gives up a map where a chunk has passed over more items than the map tolerates. */
export function afterResult(draft: DecisionDraft, step: string): void {
  const item = itemOf(step);
  if (draft.run.paused || draft.isStopped || !item) return;
  if (draft.run.fans.get(item.step)?.chunks) tolerate(draft, item.step);
}

/** Asks for a redriven item at once: its step has begun. */
export function afterRedrive(draft: DecisionDraft, step: string): void {
  if (itemOf(step) && !isUndo(step) && !draft.run.paused && !draft.isStopped) draft.add(ask(draft, step));
}

/** Begins a run whose start time has come, or lets it wait for its turn: a parked run of its hold key, or as in `takeTurn`. */
export function startTimeHasCome(draft: DecisionDraft, pipelineIsPaused: boolean): void {
  const { held, hold } = draft.run;
  const { at } = draft;
  if (held?.until === undefined || held.until > at) return;
  if (hold === undefined) takeTurn(draft, pipelineIsPaused);
  else draft.add({ type: 'run.queued', at, hold: true });
}

/** Begins a run which no run of its hold key holds up, or lets it wait for its turn: its pipeline is paused, or has only so many runs at once. */
export function takeTurn(draft: DecisionDraft, pipelineIsPaused: boolean): void {
  const { run, at } = draft;
  draft.add(run.key === undefined && !pipelineIsPaused ? { type: 'run.begun', at } : { type: 'run.queued', at });
  settle(draft);
}
