import type { Broker } from '@millrace/broker';
import type { Topics } from '@millrace/contracts';
import { type LoadedPlan, sourcesOf, stagesOf } from '@millrace/pipeline/engine';
import type { Store } from '@millrace/store';
import type { CoordinatorPlans } from '../deployments/plans.js';

export interface ReadTopicsNeeds {
  readonly runtime: {
    readonly broker: Pick<Broker, 'browse' | 'partitionsOf' | 'maxRecordBytes'>;
    readonly topics: Topics;
  };
  readonly store: Pick<Store, 'reader'>;
  readonly plans: Pick<CoordinatorPlans, 'find'>;
}

/**
 * Says who may have written a topic that Millrace takes records from: `anybody` (outsiders, or every stage) or `few`. Undefined: it
 * takes no records from there. Plans in use decide, which are those that new runs get and those that runs under way follow.
 */
export async function writersOf(topic: string, needs: ReadTopicsNeeds): Promise<'anybody' | 'few' | undefined> {
  const { topics } = needs.runtime;
  if (topic === topics.intake || topic === topics.runs || topic === topics.outcomes) return 'anybody';
  if (topic === topics.deployments) return 'few';
  // Names of ours that are no stage's belong to services; a trigger that names one would not change that.
  const others = [
    topics.results,
    topics.deadLetters,
    topics.plans,
    topics.limits,
    topics.contracts,
    topics.pauses,
    topics.control,
    topics.models,
    topics.modelCalls,
    topics.modelGrants,
    topics.modelLedger,
    topics.modelAnswers,
    topics.stepWatches,
    topics.stepTexts,
  ];
  if (others.includes(topic)) return undefined;
  for (const plan of await plansInUse(needs)) {
    if (stagesOf(plan.plan).some((stage) => topics.stage(stage) === topic)) return 'few';
    const sources = [...plan.starts.triggers, ...sourcesOf(plan.plan)];
    if (sources.some((source) => source.topic === topic)) return 'anybody';
  }
  return undefined;
}

async function plansInUse({ store, plans }: ReadTopicsNeeds): Promise<readonly LoadedPlan[]> {
  const { deployed } = store.reader;
  const hashes = new Set<string>();
  for (const [pipeline, { current, before, canary }] of await deployed.routes()) {
    for (const hash of [current, before, canary?.plan]) if (hash !== undefined) hashes.add(hash);
    for (const { plan } of await deployed.livePlans(pipeline)) hashes.add(plan);
  }
  const found = await Promise.all([...hashes].map((hash) => plans.find(hash)));
  return found.filter((plan) => plan !== undefined);
}
