import { type FinerState, isOver } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { Run, StepState } from './run.js';

/** The state of a run as lists show it. */
export interface Standing {
  /** More than the status says; undefined where the status says all. */
  readonly state: FinerState | undefined;
  /** The code of the failure with which the run ended, or of the one that holds it up. */
  readonly failureCode: string | undefined;
}

/** Returns how a run stands: of several waits the one for a person counts first, then the one for a signal. */
export function standingOf(run: Run, plan: LoadedPlan): Standing {
  const { status, failed } = run;
  if (status === 'held' && run.held?.behind) return { state: 'waiting-for-run', failureCode: undefined };
  if (failed || isOver(status)) return { state: undefined, failureCode: failed?.failure.code };
  const kinds = new Set<Wait>();
  let retrying: StepState | undefined;
  let waitsForModel = false;
  let parked: StepState | undefined;
  for (const [step, state] of run.steps) {
    if (state.deferredAt !== undefined) waitsForModel = true;
    else if (state.status === 'retrying') retrying ??= state;
    else if (state.status === 'dead-lettered') parked ??= state;
    else if (state.status === 'waiting') kinds.add(waitOf(state, plan.step(step).kind));
  }
  const failureCode = (parked ?? retrying)?.failure?.code;
  if (status === 'running')
    return { state: retrying ? 'retrying' : waitsForModel ? 'waiting-for-model' : undefined, failureCode };
  const first = status === 'waiting' ? WAITS.find((wait) => kinds.has(wait)) : undefined;
  return { state: first, failureCode };
}

const WAITS = ['waiting-for-person', 'waiting-for-signal', 'sleeping'] as const satisfies readonly FinerState[];
type Wait = (typeof WAITS)[number];

function waitOf({ review }: StepState, kind: string): Wait {
  if (review) return 'waiting-for-person';
  return kind === 'sleep' ? 'sleeping' : 'waiting-for-signal';
}
