import { readJson, RECORD_DEPTH } from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import { hashOf, loadPlan, type Plan, stagesOf } from '@millrace/pipeline/engine';
import type { Needs } from './needs.js';
import { pagesSince } from './scan.js';

/** Returns the stages that the plans on `plans` ask; with `keep` the store gets these plans: runs that it does not know may follow them. */
export async function plansOnTopic(
  { house, options }: Needs,
  { keep }: { keep: boolean },
): Promise<ReadonlySet<string>> {
  const { broker, topics, groups, telemetry } = house;
  const stages = new Set<string>();
  for await (const page of pagesSince(broker, { topic: topics.plans, group: groups.runs, since: 0 }))
    for (const { key, value, timestamp } of page) {
      const plan = readJson(value ?? '', { maxDepth: RECORD_DEPTH }).value;
      try {
        const { hash, plan: loaded } = loadPlan(plan);
        // Anybody may have written to the topic.
        if (hash !== key?.toString() || hashOf(plan as Plan) !== hash) continue;
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
  return stages;
}
