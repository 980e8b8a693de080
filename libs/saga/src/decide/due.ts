import { failure, isOver } from '@millrace/contracts';
import { stepOf, type StepState } from '../run/run.js';
import { isPastStepDeadline, runDeadline, runLate } from '../run/deadlines.js';
import { prolonged, type StagePauses } from '../run/pausing.js';
import { dueSteps } from '../run/timers.js';
import { escalated } from '../run/waiting.js';
import { ask } from './asking.js';
import { failRun } from './compensating.js';
import type { DecisionDraft } from './draft.js';
import { afterFailure, giveUp, giveUpLate } from './failing.js';

/** Fails a run that has not ended by its deadline, with whatever it and its child runs are doing. @returns true where it did */
export function failOverdue(draft: DecisionDraft): boolean {
  if ((runDeadline(draft.run, draft.plan) ?? Infinity) > draft.at) return false;
  failRun(draft, { failure: runLate(draft.plan) });
  return true;
}

/** Decides for each step whose time has come: a retry is due, an attempt is past its deadline, or a wait has ended without an answer. */
export function passTime(draft: DecisionDraft, stages: StagePauses | undefined): void {
  const { run, plan, at } = draft;
  for (const step of dueSteps(run, plan, at)) {
    const longer = prolonged(run, step, { plan, at, stages });
    if (longer) draft.add(longer);
    else if (!isOver(draft.run.status)) stepIsDue(draft, step);
  }
}

/** Decides for a step whose time has come. */
export function stepIsDue(draft: DecisionDraft, step: string): void {
  const { run, plan, at } = draft;
  const state = stepOf(run, step);
  if (isPastStepDeadline(run, plan, { step, at })) giveUpLate(draft, step);
  else if (state.status === 'retrying') draft.add(ask(draft, step, state.fallback));
  else if (state.status === 'running') giveUpAttempt(draft, step, state);
  else if (state.status === 'waiting') endWait(draft, step, state);
}

function endWait(draft: DecisionDraft, step: string, { due = Infinity }: StepState): void {
  const { run, plan, at } = draft;
  if (plan.step(step).kind === 'sleep') draft.add({ type: 'step.valued', step, at, output: null });
  else if (due > at) draft.add(escalated(run, plan, { step, at }));
  else giveUp(draft, step, { cause: failure('SIGNAL_TIMED_OUT', `Nobody answered ${step} in time.`) });
}

function giveUpAttempt(draft: DecisionDraft, step: string, { child, attempt }: StepState): void {
  const late = failure('STAGE_TIMED_OUT', `${step} got no answer from its stage in time.`);
  if (child) draft.cancelChild(child.run);
  draft.add({ type: 'step.failed', step, attempt, at: draft.at, failure: late });
  afterFailure(draft, step, late);
}
