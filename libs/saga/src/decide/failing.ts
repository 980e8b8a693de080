import { derivedId, type Failure } from '@millrace/contracts';
import {
  fallbackAfter,
  isUndo,
  itemOf,
  listOf,
  chunkIn,
  spreadOf,
  type StageStep,
  standInFor,
  workOf,
} from '@millrace/pipeline/engine';
import { parksIn } from '../children/children.js';
import { tooMany } from '../children/fan.js';
import { itemPolicyOf } from '../children/items.js';
import { isPastStepDeadline, stepLate } from '../run/deadlines.js';
import { stepOf } from '../run/run.js';
import { ask, byFallback } from './asking.js';
import { inputFor } from './attempts.js';
import { failRun } from './compensating.js';
import type { DecisionDraft } from './draft.js';
import { leaveChildren } from './leaving.js';
import { refusalOfInput } from './made-values.js';
import { retryAt } from './retry.js';

/** Decides what follows from a failed attempt: a retry, the next fallback, a default or a dead letter, in this order, as the step's policy has it. */
export function afterFailure(draft: DecisionDraft, step: string, cause: Failure): void {
  const { run, plan, at } = draft;
  if (run.paused || (draft.isStopped && !isUndo(step))) return;
  if (isPastStepDeadline(run, plan, { step, at })) return giveUpLate(draft, step);
  const definition = plan.step(step) as StageStep;
  const state = stepOf(run, step);
  const { attempt, fallback } = state;
  const due = retryAt(workOf(definition, fallback).retry, { state, cause, at, attemptOf: `${run.id}/${step}` });
  const next = fallbackAfter(definition, fallback, cause.code);
  if (due !== undefined)
    draft.add({ type: 'step.retrying', step, attempt: attempt + 1, at, due, ...byFallback(fallback) });
  else if (next > 0) draft.add(ask(draft, step, next));
  else giveUp(draft, step, { cause, input: state.child ? null : inputFor(run, plan, { step }) });
}

/** Gives up a step that has not ended by its deadline, however often it might still be tried. */
export function giveUpLate(draft: DecisionDraft, step: string): void {
  const { run, plan } = draft;
  const definition = plan.step(step);
  const { child, status } = stepOf(run, step);
  if (child && status === 'running') draft.cancelChild(child.run);
  const input = definition.kind === 'stage' ? inputFor(run, plan, { step }) : null;
  giveUp(draft, step, { cause: stepLate(step, definition), input });
}

/** The failure for which a step is given up, and the input that its dead letter would keep. */
export interface GivenUp {
  readonly cause: Failure;
  readonly input?: unknown;
}

/** Applies the policy of a step, or of the step of an item, to a failure that is final. */
export function giveUp(draft: DecisionDraft, step: string, { cause, input = null }: GivenUp): void {
  if (isUndo(step)) return park(draft, step, { cause, input });
  if (draft.isStopped) return;
  const { plan, run, at } = draft;
  const item = itemOf(step);
  const policy = item && itemPolicyOf(plan.step(item.step));
  const standIn = standInFor(plan, { step, cause }, run.scope);
  if (item && policy !== 'park') {
    draft.add({ type: 'step.item-failed', step, at, failure: cause });
    if (policy === 'fail') giveUp(draft, item.step, { cause });
    else tolerate(draft, item.step);
  } else if (standIn) {
    leaveChildren(draft, { itemsOf: step });
    draft.add({ type: 'step.defaulted', step, at, ...standIn, failure: cause });
  } else if (parksIn(run, plan)) park(draft, step, { cause, input });
  else failRun(draft, { step, failure: cause });
}

/** Gives up a map that has passed over more items than it tolerates. A chunk knows nothing of the other chunks: its map counts. */
export function tolerate(draft: DecisionDraft, step: string): void {
  const { scope, fans } = draft.run;
  const definition = draft.plan.step(step);
  const fan = fans.get(step);
  const list = listOf(draft.plan, step, scope);
  if (definition.kind !== 'map' || !fan || !list || chunkIn(scope)) return;
  const cause = tooMany(fan, definition.onItemFailure, spreadOf(list, 0).items);
  if (cause) giveUp(draft, step, { cause });
}

/** Parks a step as a dead letter, without its input where no store could keep that. */
function park(draft: DecisionDraft, step: string, { cause, input }: GivenUp): void {
  leaveChildren(draft, { itemsOf: step });
  const { run, at } = draft;
  const deadLetter = derivedId('dl', run.id, step, String(run.seq));
  const kept = refusalOfInput(input ?? null, step) ? null : input;
  draft.add({ type: 'step.dead-lettered', step, at, deadLetter, failure: cause, input: kept });
}
