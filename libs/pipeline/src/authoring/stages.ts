import { fallbacksOf } from '../plan/fallbacks.js';
import type { Plan, PlanStep, Work } from '../plan/plan.js';

/** The stages that a plan asks, fallbacks, the plans within it and what handles its failures included. */
export function stagesOf(plan: Plan): readonly string[] {
  const handler = plan.onFailure?.handler;
  return [...new Set([...Object.values(plan.steps).flatMap(stagesIn), ...(handler ? [handler.stage] : [])])];
}

function stagesIn(work: PlanStep | Work): readonly string[] {
  const undo = 'compensate' in work && work.compensate ? [work.compensate.stage] : [];
  switch (work.kind) {
    case 'stage':
      return [work.stage, ...fallbacksOf(work).map(({ stage }) => stage), ...undo];
    case 'run':
      return [...stagesOf(work.plan), ...undo];
    case 'map':
    case 'loop':
      return stagesIn(work.work);
    case 'race':
      return Object.values(work.branches).flatMap(stagesIn);
    case 'value':
    case 'sleep':
    case 'review':
    case 'signal':
      return [];
  }
}
