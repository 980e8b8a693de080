import { byWhom, type RunEvent } from '@millrace/contracts';
import type { StagePauses } from '../run/pausing.js';
import { type Run, stepOf } from '../run/run.js';
import { answered, claimed, kept } from '../run/waiting.js';
import { afterRedrive, afterResult, cancel, pause, resume, startTimeHasCome, takeTurn } from './acts.js';
import type { DecisionDraft } from './draft.js';
import { failOverdue, passTime, stepIsDue } from './due.js';
import { afterFailure } from './failing.js';
import { askFor } from './asking.js';
import { isLookedUp } from './lookup.js';
import { settle } from './settling.js';

/** The circumstances of a decision that neither the run nor its plan says. */
export interface Circumstances {
  /** True while the run's pipeline is paused: a run that is to begin waits for its turn. */
  readonly waits?: boolean | undefined;
  /** The stages that are paused, and those that were; none without it. */
  readonly stages?: StagePauses | undefined;
}

type Handler<Type extends RunEvent['type']> = (
  draft: DecisionDraft,
  event: RunEvent & { readonly type: Type },
  circumstances: Circumstances,
) => void;

type HandledType = Exclude<RunEvent['type'], 'run.move-requested'>;
const IGNORED = (): void => undefined;

/** Decides what follows from each kind of event for a run that has not ended. An event that is late, repeated or stale changes nothing. */
const HANDLERS: { readonly [Type in HandledType]: Handler<Type> } = {
  'step.completed'(draft, event) {
    if (!isCurrent(draft.run, event)) return;
    const { type, step, attempt, at, startedAt, output, next, skipped, degraded, insteadOf } = event;
    const { summary, calls, trace } = event;
    const optional = {
      ...(next && { next }),
      ...(skipped && { skipped }),
      ...(degraded && { degraded }),
      ...(insteadOf && { insteadOf }),
      ...(summary && { summary }),
      ...(calls && { calls }),
      ...(trace && { trace }),
    };
    draft.add({ type, step, attempt, at, startedAt, output, ...optional });
    afterResult(draft, step);
    settle(draft);
  },
  'step.failed'(draft, event) {
    if (!isCurrent(draft.run, event)) return;
    const { type, step, attempt, at, startedAt, failure, answer, calls, trace } = event;
    const optional = { ...(answer && { answer }), ...(calls && { calls }), ...(trace && { trace }) };
    draft.add({ type, step, attempt, at, startedAt, failure, ...optional });
    afterFailure(draft, step, failure);
    settle(draft);
  },
  'step.looked-up'(draft, { step, attempt, hit }) {
    const { run, at } = draft;
    if (!isLookedUp(run, step) || stepOf(run, step).attempt !== attempt) return;
    if (hit) {
      draft.add({ type: 'step.cached', step, attempt, at, ...hit });
      afterResult(draft, step);
      settle(draft);
    } else draft.add(run.paused ? { type: 'step.lookup-dropped', step, attempt, at } : askFor(draft, step, 0));
  },
  'step.deferred'(draft, event) {
    if (!isCurrent(draft.run, event) || draft.plan.step(event.step).kind !== 'stage') return;
    const { type, step, attempt, at, startedAt, waitMs, waitsFor, trace } = event;
    const optional = { ...(waitsFor !== undefined && { waitsFor }), ...(trace && { trace }) };
    draft.add({ type, step, attempt, at, startedAt, due: draft.at + waitMs, ...optional });
    settle(draft);
  },
  'step.recalled'(draft, { step }) {
    if (draft.run.paused || stepOf(draft.run, step).deferredAt === undefined) return;
    stepIsDue(draft, step);
    settle(draft);
  },
  'step.child'(draft, event) {
    const { type, step, attempt, status } = event;
    const { child } = stepOf(draft.run, step);
    if (!isCurrent(draft.run, event) || !child || child.status === status) return;
    draft.add({ type, step, attempt, at: draft.at, status });
    settle(draft);
  },
  'step.signalled'(draft, event) {
    const fact = answered(draft.run, event, draft);
    if (!fact) return draft.add(...kept(draft.run, event, draft));
    draft.add(fact);
    if (fact.type === 'step.answered') settle(draft);
  },
  'step.claimed': (draft, event) => draft.add(...claimed(draft.run, event, draft.at)),
  'step.unclaimed': (draft, event) => draft.add(...claimed(draft.run, event, draft.at)),
  'step.redriven'(draft, { type, step, deadLetter, input, by, reason }) {
    const state = stepOf(draft.run, step);
    if (state.status !== 'dead-lettered' || state.deadLetter !== deadLetter) return;
    const edited = input !== undefined && draft.plan.step(step).kind === 'stage' && { input };
    draft.add({ type, step, at: draft.at, deadLetter, ...edited, ...byWhom({ by, reason }) });
    afterRedrive(draft, step);
    settle(draft);
  },
  'run.cancel-requested': (draft, { compensate, ...event }) =>
    cancel(draft, { ...byWhom(event), ...(compensate && { compensate }) }),
  'run.pause-requested'(draft, event) {
    if (!draft.run.paused) pause(draft, byWhom(event));
  },
  'run.resume-requested'(draft, event) {
    if (draft.run.paused) resume(draft, byWhom(event));
  },
  'run.released'(draft, { hold = false }, { waits = false }) {
    const { held } = draft.run;
    if (!held || held.until !== undefined || (held.behind ?? false) !== hold) return;
    if (hold) return takeTurn(draft, waits);
    draft.add({ type: 'run.begun', at: draft.at });
    settle(draft);
  },
  'run.woken'(draft, _event, { waits = false, stages }) {
    if (draft.run.paused) return;
    if (draft.run.held) return startTimeHasCome(draft, waits);
    if (!failOverdue(draft)) passTime(draft, stages);
    settle(draft);
  },
  'run.compensate-requested': IGNORED,
  'run.requested': IGNORED,
  'run.replay-requested': IGNORED,
  'step.progress': IGNORED,
};

export function handle<Type extends HandledType>(
  draft: DecisionDraft,
  event: RunEvent & { readonly type: Type },
  circumstances: Circumstances,
): void {
  const handler: Handler<Type> = HANDLERS[event.type];
  handler(draft, event, circumstances);
}

/**
 * Returns true when a result counts: it comes from the current attempt. One that succeeded after its deadline still counts while the next
 * attempt has not begun, or while the run is being undone: it, too, has to be.
 */
function isCurrent(run: Run, event: { type: string; step: string; attempt: number }): boolean {
  const { status, attempt } = stepOf(run, event.step);
  if (attempt !== event.attempt || isLookedUp(run, event.step)) return false;
  if (status === 'running' || event.type !== 'step.completed') return status === 'running';
  return status === 'retrying' || (run.undoing !== undefined && (status === 'cancelled' || status === 'failed'));
}
