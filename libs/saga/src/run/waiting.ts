import { type Fact, failure, type RunEvent } from '@millrace/contracts';
import {
  assignedTo,
  awaitedBy,
  type LoadedPlan,
  validateAnswer,
  type WantedStep,
  type WaitStep,
} from '@millrace/pipeline/engine';
import { type Run, type RunDraft, stepOf, type StepState } from './run.js';

/** A step begins to wait: for a time, a person or a system. */
export function waitingFor(run: Run, plan: LoadedPlan, options: { wanted: WantedStep; at: number }): Fact {
  const { wanted, at } = options;
  const { step, input } = wanted;
  const definition = plan.step(step);
  if (definition.kind === 'sleep')
    return { type: 'step.waiting', step, at, kind: 'sleep', due: at + Math.ceil(definition.ms) };
  const { kind, timeoutMs } = definition as WaitStep;
  const due = timeoutMs === undefined ? {} : { due: at + Math.ceil(timeoutMs) };
  const from = awaitedBy(definition, run.scope);
  const whom = { ...(from && { from }), ...assignedTo(definition, run.scope, 0) };
  return { type: 'step.waiting', step, at, kind, show: input, ...due, ...whom };
}

/** Returns the decision for an answer: nothing where the step does not wait any more. */
export function answered(
  run: Run,
  event: RunEvent & { type: 'step.signalled' },
  { plan, at }: { plan: LoadedPlan; at: number },
): Fact | undefined {
  const { step, id, payload, by, reason } = event;
  const { status, review } = stepOf(run, step);
  // Nobody can end a sleep.
  if (status !== 'waiting' || plan.step(step).kind === 'sleep') return undefined;
  const act = { ...(by && { by }), ...(reason && { reason }) };
  const claimedBy = review?.claimedBy;
  const details = validateAnswer(plan, step, payload);
  const refused =
    claimedBy !== undefined && claimedBy !== by
      ? failure('REVIEW_CLAIMED', `${claimedBy} has claimed ${step}.`)
      : details && failure('SIGNAL_INVALID', `The answer to ${step} does not fit its schema.`, { details });
  if (refused) return { type: 'step.answer-refused', step, at, id, failure: refused, ...act };
  return { type: 'step.answered', step, at, id, output: payload, ...act };
}

/** A claim counts where nobody else has one, or it is taken over; it is given back by anybody, who is named. */
export function claimed(run: Run, event: RunEvent & { type: 'step.claimed' | 'step.unclaimed' }, at: number): Fact[] {
  const { step, by, reason } = event;
  const { status, review } = stepOf(run, step);
  if (status !== 'waiting' || !review) return [];
  const { claimedBy } = review;
  const why = reason ? { reason } : {};
  if (event.type === 'step.unclaimed')
    return claimedBy === undefined ? [] : [{ type: 'step.unclaimed', step, at, ...(by && { by }), ...why }];
  if (claimedBy === event.by || (claimedBy !== undefined && !event.takeOver)) return [];
  return [
    { type: 'step.claimed', step, at, by: event.by, ...(claimedBy !== undefined && { from: claimedBy }), ...why },
  ];
}

/** The most signals that are kept for a step that does not wait yet. */
export const MOST_KEPT = 10;

/** A signal for a step that does not wait yet is kept until it does, or the run ends. One that has its own place to wait in, a topic's, is not. */
export function kept(
  run: Run,
  event: RunEvent & { type: 'step.signalled' },
  { plan, at }: { plan: LoadedPlan; at: number },
): Fact[] {
  const { step, id, payload, by, reason } = event;
  const early = run.early.get(step) ?? [];
  const isEarly =
    plan.order.includes(step) && plan.step(step).kind === 'signal' && stepOf(run, step).status === 'pending';
  if (!isEarly || event.correlated || early.length >= MOST_KEPT || early.some((one) => one.id === id)) return [];
  const act = { ...(by && { by }), ...(reason && { reason }) };
  const details = validateAnswer(plan, step, payload);
  if (!details) return [{ type: 'step.signal-kept', step, at, id, payload, ...act }];
  const refused = failure('SIGNAL_INVALID', `The answer to ${step} does not fit its schema.`, { details });
  return [{ type: 'step.answer-refused', step, at, id, failure: refused, ...act }];
}

/** A signal that came before the step waits answers it. */
export function earlyAnswer({ early }: Run, step: string, at: number): Fact[] {
  const [first] = early.get(step) ?? [];
  if (!first) return [];
  const { id, payload, by, reason } = first;
  return [{ type: 'step.answered', step, at, id, output: payload, ...(by && { by }), ...(reason && { reason }) }];
}

export function withEarly({ early }: Run, { step, ...fact }: Fact & { type: 'step.signal-kept' }): Run['early'] {
  const { id, payload, by, reason } = fact;
  return new Map(early).set(step, [...(early.get(step) ?? []), { id, payload, by, reason }]);
}

/** Returns the time at which a waiting review goes to somebody else; undefined where it does not. */
export function escalationAt({ escalate }: WaitStep, { status, review, since }: StepState): number | undefined {
  const next = status === 'waiting' && review ? escalate?.[review.escalations] : undefined;
  return next && since + next.afterMs;
}

/** The review goes on to the next. */
export function escalated(run: Run, plan: LoadedPlan, { step, at }: { step: string; at: number }): Fact {
  const escalations = stepOf(run, step).review?.escalations ?? 0;
  return { type: 'step.escalated', step, at, ...assignedTo(plan.step(step), run.scope, escalations + 1) };
}

type Held = NonNullable<StepState['review']>;

/** Changes who has a review that still waits; since when and until when it waits stays. */
export function hold(run: RunDraft, step: string, change: (review: Held) => Partial<Held>): void {
  const { review, ...state } = stepOf(run, step);
  if (review) run.steps.set(step, { ...state, review: { ...review, ...change(review) } });
}
