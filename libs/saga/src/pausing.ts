import type { RunEvent } from '@millrace/contracts';
import type { Draft } from './evolve.js';
import type { Paused, Run, StepState } from './run.js';

/** Who does something, and why. */
export interface Act {
  readonly by?: string;
  readonly reason?: string;
}

/** While a run is paused, it is kept in mind what something has happened to. */
export function withHappened({ paused }: Run, step: string): Paused | undefined {
  return paused && { ...paused, happened: [...paused.happened.filter((one) => one !== step), step] };
}

/** The time of a pause has not passed for the run: all its times move by as much. */
export function goOn(run: Draft, at: number): void {
  const since = run.paused!.since;
  const later = (time: number) => time + at - Math.max(since, Math.min(time, at));
  const optional = (time: number | undefined) => (time === undefined ? undefined : later(time));
  run.paused = undefined;
  run.begunAt = later(run.begunAt);
  for (const [step, state] of run.steps) {
    if (!IN_TIME.has(state.status)) continue;
    const { due, begunAt, triedSince } = state;
    run.steps.set(step, {
      ...state,
      since: later(state.since),
      begunAt: optional(begunAt),
      triedSince: optional(triedSince),
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
