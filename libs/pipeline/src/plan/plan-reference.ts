import type { LoadedPlan } from './plan-model.js';

/** The plan that `reference` names, in the plan whose hash it begins with: a run's plan may be one within another. */
export function planWithin(outermost: LoadedPlan, reference: string): LoadedPlan {
  const [, ...way] = reference.split('/');
  return way.reduce((plan, step) => plan.child(step), outermost);
}

/** The hash that a reference to a plan begins with. */
export const outermostOf = (reference: string): string => reference.replace(/\/[^]*$/, '');
