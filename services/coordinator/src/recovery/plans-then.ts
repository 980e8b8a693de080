import type { LoadedPlan } from '@millrace/pipeline/engine';
import { type PlanForRun, CoordinatorPlans } from '../deployments/plans.js';
import type { Evidence } from './evidence.js';

/** Plans as they were: a run of which a command or a result says its plan gets that one again, whatever new runs get now. */
export class PlansThen extends CoordinatorPlans {
  private byRun: Promise<ReadonlyMap<string, LoadedPlan>> | undefined;

  constructor(
    store: ConstructorParameters<typeof CoordinatorPlans>[0],
    log: ConstructorParameters<typeof CoordinatorPlans>[1],
    private readonly evidence: Pick<Evidence, 'plans'>,
  ) {
    super(store, log);
  }

  override async forRuns(pipelines: Iterable<string>): Promise<PlanForRun> {
    const now = await super.forRuns(pipelines);
    const then = await (this.byRun ??= this.load());
    return (pipeline, run) => {
      const hash = this.evidence.plans.get(run)?.plan;
      const plan = hash === undefined ? undefined : then.get(hash);
      return plan?.plan.pipeline === pipeline ? plan : now(pipeline, run);
    };
  }

  private async load(): Promise<ReadonlyMap<string, LoadedPlan>> {
    const plans = new Map<string, LoadedPlan>();
    for (const hash of new Set([...this.evidence.plans.values()].map(({ plan }) => plan))) {
      const plan = await this.find(hash);
      if (plan) plans.set(hash, plan);
    }
    return plans;
  }
}
