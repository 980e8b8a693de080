import {
  byWhom,
  failure,
  type Failure,
  type Fact,
  isOver,
  type RunEvent,
  type RunReplayRequested,
  type RunRequest,
  type RunRequested,
} from '@millrace/contracts';
import { type LoadedPlan, validateInput } from '@millrace/pipeline/engine';
import { type Move, moveOf, type MoveTarget } from '../run/move.js';
import { newRun, type Run } from '../run/run.js';
import { beginUndoing } from './compensating.js';
import type { Decision } from './decision.js';
import { DecisionDraft, type DraftOptions } from './draft.js';
import { type Circumstances, handle } from './handlers.js';
import { leaveChildren } from './leaving.js';
import { settle } from './settling.js';

/** Takes a run on. Its input has been checked against the plan's schema. */
export function accept(
  request: RunRequest & { source: string },
  plan: LoadedPlan,
  options: Pick<DraftOptions, 'maxItems' | 'contracts'> = {},
): Decision {
  const { run, input, source, idempotencyKey, at, key, hold, behind, queued, priority, tenant, trace, link } = request;
  const startAt = request.startAt !== undefined && request.startAt > at ? request.startAt : undefined;
  const accepted = {
    input,
    source,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(startAt !== undefined && { startAt }),
    ...(key !== undefined && { key }),
    ...(queued && { queued }),
    ...(hold !== undefined && { hold }),
    ...(behind !== undefined && { behind }),
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
    ...(trace !== undefined && { trace }),
    ...(link !== undefined && { link }),
  };
  return begun(run, accepted, { plan, at, ...options });
}

/** Begins a child run, which does the work of a step of another. */
export function acceptChild(request: RunRequested, context: Context): Decision {
  const { run, input, given, parent, refresh, priority, tenant, trace } = request;
  const accepted = {
    input,
    source: `${parent.run}/${parent.step}`,
    parent,
    ...(given && { given }),
    ...(refresh && { refresh }),
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
    ...(trace !== undefined && { trace }),
  };
  return begun(run, accepted, context);
}

/** Returns true when a plan can take a replay: its steps are the plan's, and the input fits. Anybody may write such an event. */
export const fitsReplay = ({ from, input, outputs, skipped }: RunReplayRequested, plan: LoadedPlan): boolean =>
  [from, ...Object.keys(outputs), ...skipped].every((step) => plan.order.includes(step)) &&
  validateInput(plan, input) === undefined;

/** Begins a run that takes the outputs which another one had before a step, and executes the rest. */
export function acceptReplay(request: RunReplayRequested, context: Context): Decision {
  const { run, of, from, input, outputs, skipped, trial, priority, tenant, by, reason } = request;
  const { plan, ...options } = context;
  const draft = new DecisionDraft(newRun(run), plan, options);
  const { at } = draft;
  draft.add({
    type: 'run.accepted',
    at,
    pipeline: plan.plan.pipeline,
    plan: plan.hash,
    input,
    source: `${of}/${from}`,
    replayOf: { run: of, from, ...(trial && { trial }) },
    refresh: true,
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
    ...byWhom({ by, reason }),
  });
  draft.add(...Object.entries(outputs).map(([step, output]): Fact => ({ type: 'step.replayed', step, at, output })));
  draft.add(...skipped.map((step): Fact => ({ type: 'step.skipped', step, at })));
  settle(draft);
  return draft.end();
}

/** `at` is now; `maxItems` is MAX_MAP_ITEMS without it. */
interface Context extends DraftOptions, Circumstances {
  readonly plan: LoadedPlan;
  /** The plan that a run is to be moved to; undefined where there is none of that name. */
  readonly target?: MoveTarget | undefined;
}

type Accepted = Omit<Fact & { type: 'run.accepted' }, 'type' | 'at' | 'pipeline' | 'plan'>;

function begun(run: string, accepted: Accepted, { plan, ...options }: Context): Decision {
  const draft = new DecisionDraft(newRun(run), plan, options);
  draft.add({ type: 'run.accepted', at: draft.at, pipeline: plan.plan.pipeline, plan: plan.hash, ...accepted });
  settle(draft);
  return draft.end();
}

/**
 * Given where a run stands and what just happened: where it stands now, and what that asks for. Total: an event that is
 * late, repeated or stale changes nothing.
 */
export function decide(run: Run, event: RunEvent, context: Context): Decision {
  const draft = new DecisionDraft(run, context.plan, context);
  if (isOver(run.status)) {
    if (event.type === 'run.compensate-requested' && run.status === 'completed') undoCompleted(draft, event);
  } else if (event.type === 'run.move-requested') return move(run, event, context);
  else handle(draft, event, context);
  return draft.end();
}

/** Undoes a child run that has completed, because its parent undoes what it did. */
function undoCompleted(draft: DecisionDraft, event: RunEvent & { type: 'run.compensate-requested' }): void {
  const { step, attempt } = event;
  beginUndoing(draft, { as: 'cancelled', undoes: { step, attempt }, reason: 'Its parent undoes what it did.' });
  settle(draft);
}

function move(run: Run, event: RunEvent & { type: 'run.move-requested' }, context: Context): Decision {
  const { to, from } = event;
  const { plan, target, at } = context;
  const moved = moveTo(run, target, event);
  if ('code' in moved) {
    const draft = new DecisionDraft(run, plan, { at });
    draft.add({ type: 'run.move-refused', at, plan: to, from, failure: moved, ...byWhom(event) });
    return draft.end();
  }
  const draft = new DecisionDraft(run, moved.plan, context);
  const { kept, restarted, attempt } = moved;
  const deadLetters = [...run.steps].flatMap(([step, { deadLetter }]) =>
    kept.includes(step) ? [] : (deadLetter ?? []),
  );
  const steps = { kept: [...kept], restarted: [...restarted], ...(deadLetters.length > 0 && { deadLetters }) };
  leaveChildren(draft);
  draft.add({ type: 'run.moved', at, plan: to, before: run.plan, from, ...steps, attempt, ...byWhom(event) });
  settle(draft);
  return draft.end();
}

function moveTo(
  run: Run,
  target: MoveTarget | undefined,
  { to, from, deadLetter }: RunEvent & { type: 'run.move-requested' },
): Failure | (Move & { readonly plan: LoadedPlan }) {
  if (run.undoing) return failure('MOVE_REFUSED', 'The completed steps of the run are being undone.');
  if (deadLetter !== undefined && ![...run.steps.values()].some((step) => step.deadLetter === deadLetter))
    return failure('MOVE_REFUSED', `No step of the run is parked as ${deadLetter} any more.`);
  if (!target) return failure('MOVE_REFUSED', `There is no plan ${to}.`);
  const moved = moveOf(run, target, from);
  return 'code' in moved ? moved : { ...moved, plan: target.plan };
}
