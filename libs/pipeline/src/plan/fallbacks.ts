import type { Fallback, StageStep, Work } from './plan.js';

export const listOf = <T>(one: T | readonly T[] | undefined): readonly T[] =>
  one === undefined ? [] : Array.isArray(one) ? (one as readonly T[]) : [one as T];

/** The fallbacks of a step, in order. */
export const fallbacksOf = ({ fallback }: Pick<Work & StageStep, 'fallback'>): readonly Fallback[] => listOf(fallback);

/** Returns the work of a step: its stage, or its `nth` fallback, counted from 1. */
export const workOf = (step: StageStep, nth: number): StageStep | Fallback => fallbacksOf(step)[nth - 1] ?? step;

/** Returns the number of the fallback that is asked next after a failure; 0 where there is none for it. */
export function fallbackAfter(step: Pick<StageStep, 'fallback'>, nth: number, code: string): number {
  return fallbacksOf(step).findIndex(({ on }, i) => i >= nth && (on?.includes(code) ?? true)) + 1;
}
