import type { Fact, RunEvent } from '@millrace/contracts';
import { type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { stepDeadline } from './deadlines.js';
import { type Paused, type Run, type RunDraft, stepOf, type StepState } from './run.js';
import { attemptEnd } from './timers.js';

/** The person who acts, and why. */
export interface ByWhom {
  readonly by?: string;
  readonly reason?: string;
}

/** Keeps the steps to which something has happened while a run is paused. */
export function withHappened({ paused }: Run, step: string): Paused | undefined {
  return paused && { ...paused, happened: [...paused.happened.filter((one) => one !== step), step] };
}

/** A run is paused, or goes on. */
export function stand(run: RunDraft, { type, at }: Fact & { type: 'run.paused' | 'run.resumed' }): void {
  if (type === 'run.paused') run.paused = { since: at, happened: [] };
  else goOn(run, at);
}

/** The time of a pause has not passed for the run: all its times move by as much. */
function goOn(run: RunDraft, at: number): void {
  const { since } = run.paused ?? { since: at };
  const later = (time: number) => time + at - Math.max(since, Math.min(time, at));
  const optional = (time: number | undefined) => (time === undefined ? undefined : later(time));
  run.paused = undefined;
  run.begunAt = later(run.begunAt);
  for (const [step, state] of run.steps) {
    if (!IN_TIME.has(state.status)) continue;
    const { due, begunAt, triedSince, deferredAt } = state;
    run.steps.set(step, {
      ...state,
      since: later(state.since),
      begunAt: optional(begunAt),
      triedSince: optional(triedSince),
      deferredAt: optional(deferredAt),
      due: due === undefined ? undefined : due + at - since,
    });
  }
}
const IN_TIME: ReadonlySet<StepState['status']> = new Set(['running', 'retrying', 'waiting', 'failed']);

/** Child runs are paused with their parent, and go on with it. */
export function toldToChildren(
  run: Run,
  type: 'run.pause-requested' | 'run.resume-requested',
  at: number,
): readonly RunEvent[] {
  return [...run.steps.values()].flatMap(({ child, status }) =>
    child && status === 'running' ? [{ type, run: child.run, at, reason: `As its parent ${run.id}.` }] : [],
  );
}

/** The pauses of stages, as `decide` reads them. */
export interface StagePauses {
  isStagePaused(stage: string): boolean;
  pausedFor(stage: string, between: { readonly from: number; readonly to: number }): number;
}

/** The time after which a step whose stage is paused is looked at again; later looks wait as long as it has waited so far. */
const LOOK_MS = 60_000;

/** An attempt that would be given up now, and has waited for a stage that was paused: by as much it has longer. */
export function prolonged(
  run: Run,
  step: string,
  { plan, at, stages }: { plan: LoadedPlan; at: number; stages?: StagePauses | undefined },
): Fact | undefined {
  const definition = plan.step(step);
  const state = stepOf(run, step);
  if (!stages || definition.kind !== 'stage' || state.status !== 'running') return undefined;
  const { stage } = workOf(definition, state.fallback);
  const own = attemptEnd(run, definition, state);
  const ms = stages.pausedFor(stage, { from: state.since, to: at });
  const end = (own ?? at) + ms;
  if (own === undefined || end <= at || (stepDeadline(run, plan, step) ?? Infinity) <= at) return undefined;
  const due = stages.isStagePaused(stage) ? Math.max(end, at + Math.max(LOOK_MS, ms)) : end;
  return { type: 'step.prolonged', step, attempt: state.attempt, at, due };
}
