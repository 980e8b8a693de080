import { fallbacksOf } from '../plan/fallbacks.js';
import type { Plan, PlanStep, Work } from '../plan/plan.js';

/** The stages that a plan asks, fallbacks, the plans within it and what handles its failures included. */
export function stagesOf(plan: Plan): readonly string[] {
  const handler = plan.onFailure?.handler;
  return [...new Set([...Object.values(plan.steps).flatMap(stagesOfStep), ...(handler ? [handler.stage] : [])])];
}

/** The stages that a step asks: its own, of its fallbacks, items, branches and child runs, and the ones that undo it. */
export function stagesOfStep(work: PlanStep | Work): readonly string[] {
  const undo = 'compensate' in work && work.compensate ? [work.compensate.stage] : [];
  switch (work.kind) {
    case 'stage':
      return [work.stage, ...fallbacksOf(work).map(({ stage }) => stage), ...undo];
    case 'run':
      return [...stagesOf(work.plan), ...undo];
    case 'map':
    case 'loop':
      return stagesOfStep(work.work);
    case 'race':
      return Object.values(work.branches).flatMap(stagesOfStep);
    case 'value':
    case 'sleep':
    case 'review':
    case 'signal':
      return [];
  }
}
