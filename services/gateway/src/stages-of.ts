import type { LoadedPlan } from '@millrace/pipeline';

/** The stages that a plan asks, fallbacks included. */
export const stagesOf = (plan: LoadedPlan): string[] =>
  plan.order.flatMap((name) => {
    const step = plan.step(name);
    if (step.kind !== 'stage') return [];
    return step.fallback ? [step.stage, step.fallback.stage] : [step.stage];
  });
