import { readJson, RECORD_DEPTH } from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import { hashOf, type LoadedPlan, loadPlan, type Plan, stagesOf } from '@millrace/pipeline/engine';
import type { Needs } from './needs.js';
import { pagesSince } from './scan.js';

export interface PublishedPlans {
  readonly plans: readonly LoadedPlan[];
  /** The stages that these plans ask. */
  readonly stages: ReadonlySet<string>;
}

/** Returns the plans on `plans`; with `keep` the store gets them: runs that it does not know may follow them. */
export async function plansOnTopic({ runtime, options }: Needs, { keep }: { keep: boolean }): Promise<PublishedPlans> {
  const { broker, topics, groups, telemetry } = runtime;
  const plans: LoadedPlan[] = [];
  const stages = new Set<string>();
  for await (const page of pagesSince(broker, { topic: topics.plans, group: groups.runs, since: 0 }))
    for (const { key, value, timestamp } of page) {
      const plan = readJson(value ?? '', { maxDepth: RECORD_DEPTH }).value;
      try {
        const ready = loadPlan(plan);
        const { hash, plan: loaded } = ready;
        // Anybody may have written to the topic.
        if (hash !== key?.toString() || hashOf(plan as Plan) !== hash) continue;
        plans.push(ready);
        for (const stage of stagesOf(loaded)) stages.add(stage);
        if (keep) await options.store.recoveries.keepPlan({ hash, pipeline: loaded.pipeline, plan, at: timestamp });
      } catch (error) {
        if (!(error instanceof PlanError)) throw error;
        telemetry.log.warn(
          { plan: key?.toString().slice(0, 100) },
          'A plan on its topic cannot be used and is passed over.',
        );
      }
    }
  return { plans, stages };
}
