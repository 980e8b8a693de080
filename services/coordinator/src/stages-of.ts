import type { LoadedPlan } from '@millrace/pipeline';

/** The stages that a plan asks, fallbacks included, each once. */
export const stagesOf = (plan: LoadedPlan): string[] => [
  ...new Set(
    plan.order.flatMap((name) => {
      const step = plan.step(name);
      return step.kind === 'stage' ? [step.stage, ...(step.fallback ? [step.fallback.stage] : [])] : [];
    }),
  ),
];
