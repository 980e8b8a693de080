import { failure, type Fact, isOver, type RunEvent, type RunRequest, type RunRequested } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { Deciding } from './deciding.js';
import type { Decision } from './decision.js';
import { moveOf, type MoveTarget } from '../run/move.js';
import { prolonged, type StagePauses } from '../run/pausing.js';
import { type Run, stepOf } from '../run/run.js';
import { dueSteps } from '../run/timers.js';
import { answered, claimed, kept } from '../run/waiting.js';

/** Takes a run on. Its input has been checked against the plan's schema. */
export function accept(
  request: RunRequest & { source: string },
  plan: LoadedPlan,
  options: { readonly maxItems?: number } = {},
): Decision {
  const { run, input, source, idempotencyKey, at, key, queued, priority, tenant, trace, link } = request;
  const startAt = request.startAt !== undefined && request.startAt > at ? request.startAt : undefined;
  const accepted = {
    input,
    source,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(startAt !== undefined && { startAt }),
    ...(key !== undefined && { key }),
    ...(queued && { queued }),
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
    ...(trace !== undefined && { trace }),
    ...(link !== undefined && { link }),
  };
  return begun(run, accepted, { plan, at, ...options });
}

/** Begins a child run, which does the work of a step of another. */
export function acceptChild(request: RunRequested, context: Context): Decision {
  const { run, input, given, parent, priority, tenant, trace } = request;
  const accepted = {
    input,
    source: `${parent.run}/${parent.step}`,
    parent,
    ...(given && { given }),
    ...(priority !== undefined && { priority }),
    ...(tenant !== undefined && { tenant }),
    ...(trace !== undefined && { trace }),
  };
  return begun(run, accepted, context);
}

interface Context {
  readonly plan: LoadedPlan;
  /** Now, in milliseconds since the epoch. */
  readonly at: number;
  /** The plan that a run is to be moved to; undefined where there is none of that name. */
  readonly target?: MoveTarget | undefined;
  /** True while the run's pipeline is paused: a run that is to begin waits for its turn. */
  readonly waits?: boolean | undefined;
  /** The most items that a map may go over; MAX_MAP_ITEMS without it. */
  readonly maxItems?: number | undefined;
  /** The stages that are paused, and those that were; none without it. */
  readonly stages?: StagePauses | undefined;
}

type Accepted = Omit<Fact & { type: 'run.accepted' }, 'type' | 'at' | 'pipeline' | 'plan'>;

function begun(run: string, accepted: Accepted, { plan, at, maxItems }: Context): Decision {
  const decision = new Deciding(undefined, run, plan, { at, maxItems });
  decision.add({ type: 'run.accepted', at, pipeline: plan.plan.pipeline, plan: plan.hash, ...accepted });
  return decision.settle();
}

/**
 * Given where a run stands and what just happened: where it stands now, and what that asks for. Total: an event that is
 * late, repeated or stale changes nothing.
 */
export function decide(run: Run, event: RunEvent, context: Context): Decision {
  const deciding = new Deciding(run, run.id, context.plan, context);
  if (event.type === 'run.compensate-requested' && run.status === 'completed') {
    const { step, attempt } = event;
    return deciding.compensate({
      as: 'cancelled',
      undoes: { step, attempt },
      reason: 'Its parent undoes what it did.',
    });
  }
  if (isOver(run.status)) return deciding.end();
  switch (event.type) {
    case 'step.completed': {
      if (!isCurrent(run, event)) return deciding.end();
      const { type, step, attempt, at, startedAt, output, next, skipped, degraded, insteadOf, summary, trace } = event;
      const optional = {
        ...(next && { next }),
        ...(skipped && { skipped }),
        ...(degraded && { degraded }),
        ...(insteadOf && { insteadOf }),
        ...(summary && { summary }),
        ...(trace && { trace }),
      };
      deciding.add({ type, step, attempt, at, startedAt, output, ...optional });
      deciding.afterResult(step);
      return deciding.settle();
    }
    case 'step.failed': {
      if (!isCurrent(run, event)) return deciding.end();
      const { type, step, attempt, at, startedAt, failure, trace } = event;
      deciding.add({ type, step, attempt, at, startedAt, failure, ...(trace && { trace }) });
      deciding.afterFailure(step, failure);
      return deciding.settle();
    }
    case 'step.child': {
      const { child } = stepOf(run, event.step);
      if (!isCurrent(run, event) || !child || child.status === event.status) return deciding.end();
      const { type, step, attempt, status } = event;
      deciding.add({ type, step, attempt, at: context.at, status });
      return deciding.settle();
    }
    case 'step.signalled': {
      const fact = answered(run, event, context);
      if (!fact) {
        deciding.add(...kept(run, event, context));
        return deciding.end();
      }
      deciding.add(fact);
      return fact.type === 'step.answered' ? deciding.settle() : deciding.end();
    }
    case 'step.claimed':
    case 'step.unclaimed':
      deciding.add(...claimed(run, event, context.at));
      return deciding.end();
    case 'run.cancel-requested': {
      const { by, reason, compensate } = event;
      return deciding.cancel({ ...(by && { by }), ...(reason && { reason }), ...(compensate && { compensate }) });
    }
    case 'run.pause-requested':
    case 'run.resume-requested': {
      const { type, by, reason } = event;
      if ((type === 'run.pause-requested') === (run.paused !== undefined)) return deciding.end();
      const act = { ...(by && { by }), ...(reason && { reason }) };
      return type === 'run.pause-requested' ? deciding.pause(act) : deciding.resume(act);
    }
    case 'step.redriven': {
      const state = stepOf(run, event.step);
      if (state.status !== 'dead-lettered' || state.deadLetter !== event.deadLetter) return deciding.end();
      const { type, step, deadLetter, by, reason } = event;
      deciding.add({ type, step, at: context.at, deadLetter, ...(by && { by }), ...(reason && { reason }) });
      deciding.afterRedrive(step);
      return deciding.settle();
    }
    case 'run.released':
      if (!run.held || run.held.until !== undefined) return deciding.end();
      deciding.add({ type: 'run.begun', at: context.at });
      return deciding.settle();
    case 'run.woken':
      if (run.paused) return deciding.end();
      if (run.held) return deciding.timeHasCome(context.waits ?? false);
      if (deciding.isOverdue()) return deciding.end();
      for (const step of dueSteps(run, context.plan, context.at)) {
        const longer = prolonged(run, step, context);
        if (longer) deciding.add(longer);
        else deciding.due(step);
      }
      return deciding.settle();
    case 'run.move-requested':
      return move(run, event, context);
    case 'run.compensate-requested':
    case 'run.requested':
    case 'step.progress':
      return deciding.end();
  }
}

function move(
  run: Run,
  event: RunEvent & { type: 'run.move-requested' },
  { plan, at, target, maxItems }: Context,
): Decision {
  const { to, from, by, reason } = event;
  const act = { ...(by && { by }), ...(reason && { reason }) };
  const moved = run.undoing
    ? failure('MOVE_REFUSED', 'The completed steps of the run are being undone.')
    : target
      ? moveOf(run, target, from)
      : failure('MOVE_REFUSED', `There is no plan ${to}.`);
  if ('code' in moved) {
    const deciding = new Deciding(run, run.id, plan, { at });
    deciding.add({ type: 'run.move-refused', at, plan: to, from, failure: moved, ...act });
    return deciding.end();
  }
  const deciding = new Deciding(run, run.id, target!.plan, { at, maxItems });
  const { kept, restarted, attempt } = moved;
  const deadLetters = [...run.steps].flatMap(([step, { deadLetter }]) =>
    kept.includes(step) ? [] : (deadLetter ?? []),
  );
  const steps = { kept: [...kept], restarted: [...restarted], ...(deadLetters.length > 0 && { deadLetters }) };
  deciding.leaveChildren({});
  deciding.add({ type: 'run.moved', at, plan: to, before: run.plan, from, ...steps, attempt, ...act });
  return deciding.settle();
}

/**
 * A result counts when it comes from the current attempt; one that succeeded after its deadline still counts while the next has not begun, or while the
 * run is being undone: it, too, has to be.
 */
function isCurrent(run: Run, event: { type: string; step: string; attempt: number }): boolean {
  const { status, attempt } = stepOf(run, event.step);
  if (attempt !== event.attempt) return false;
  if (status === 'running' || event.type !== 'step.completed') return status === 'running';
  return status === 'retrying' || (run.undoing !== undefined && (status === 'cancelled' || status === 'failed'));
}
