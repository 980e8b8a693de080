import { BoundedMap, failure, type Failure } from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import {
  type LoadedPlan,
  outermostOf,
  planCache,
  planFor,
  planWithin,
  type Route,
  stagesOf,
  usablePlan,
} from '@millrace/pipeline/engine';
import type { MoveTarget } from '@millrace/saga';
import type { Store } from '@millrace/store';

/** Returns the plan that a new run gets; undefined where there is no such pipeline, why not where its plan cannot be used. */
export type PlanForRun = (pipeline: string, run: string) => LoadedPlan | Failure | undefined;

const MOST_REFUSED = 1_000;
const LONGEST_NAME = 200;
/** Text that PostgreSQL can look for; no pipeline is called otherwise. */
const isStorable = (name: string): boolean => name.length <= LONGEST_NAME && !name.includes('\0');

/** Plans by hash, and the ones that new runs of each pipeline get. */
export class CoordinatorPlans {
  private readonly byHash = planCache();
  private readonly routes = new Map<string, Route>();
  /** The reasons for which stored plans cannot be used, by hash. They were deployed by another version, or written past it. */
  private readonly refused = new BoundedMap<PlanError>(MOST_REFUSED);

  constructor(
    private readonly store: Pick<Store, 'reader'>,
    private readonly log: { error(fields: object, message: string): void },
  ) {}

  /**
   * Takes over from the store what new runs get: of all pipelines, or of one. A pipeline whose plan cannot be used is out of order; the others go on.
   * @returns the current plans of these
   */
  async refresh(pipeline?: string): Promise<readonly LoadedPlan[]> {
    const current: LoadedPlan[] = [];
    for (const [name, route] of await this.store.reader.deployed.routes(
      pipeline === undefined ? undefined : [pipeline],
    )) {
      this.routes.set(name, route);
      const plan = await this.find(route.current);
      if (plan) current.push(plan);
    }
    return current;
  }

  /**
   * Asks the store which plans new runs of the pipelines get. Whoever hears of a deployment, a rollback or a canary may ask for a run at once, before
   * this process was told of it: one question for a whole batch answers for all pipelines, known or not.
   */
  async forRuns(pipelines: Iterable<string>): Promise<PlanForRun> {
    const wanted = [...new Set(pipelines)].filter(isStorable);
    const routes = wanted.length === 0 ? new Map<string, Route>() : await this.store.reader.deployed.routes(wanted);
    const plans = new Map<string, LoadedPlan>();
    for (const { current, canary } of routes.values())
      for (const hash of canary ? [current, canary.plan] : [current]) {
        const plan = await this.find(hash);
        if (plan) plans.set(hash, plan);
      }
    return (pipeline, run) => {
      const route = routes.get(pipeline);
      if (!route) return undefined;
      const hash = planFor(route, run);
      return plans.get(hash) ?? this.whyNot(hash);
    };
  }

  /** Asks the store which of the pipelines are paused. */
  async paused(pipelines: Iterable<string>): Promise<ReadonlySet<string>> {
    const wanted = [...new Set(pipelines)];
    return wanted.length === 0 ? new Set() : this.store.reader.deployed.paused(wanted);
  }

  /** All plans that runs follow, or new ones may. */
  async inUse(): Promise<readonly LoadedPlan[]> {
    const { deployed } = this.store.reader;
    const hashes = new Set<string>();
    for (const [pipeline, { current, canary }] of this.routes) {
      hashes.add(current);
      if (canary) hashes.add(canary.plan);
      for (const { plan } of await deployed.livePlans(pipeline)) hashes.add(outermostOf(plan));
    }
    const plans = await Promise.all([...hashes].map((hash) => this.find(hash)));
    return plans.filter((plan) => plan !== undefined);
  }

  /** A run stays on its plan, which may be older than this process, and may be one within another. */
  async get(reference: string): Promise<LoadedPlan> {
    const plan = await this.find(reference);
    if (plan === undefined) throw new Error(this.whyNot(reference).message);
    return plan;
  }

  /** Returns the target of a move; undefined where there is no plan of that hash. */
  async target(hash: string): Promise<MoveTarget | undefined> {
    const found = await this.find(hash);
    if (!found) return undefined;
    const { pipeline } = found.plan;
    const { contracts } = await this.store.reader.deployed.read({ pipeline, stages: [...stagesOf(found.plan)] });
    return { plan: found, contracts };
  }

  /** Undefined where there is no such plan, or none that can be used. */
  async find(reference: string): Promise<LoadedPlan | undefined> {
    const outermost = await this.outermost(outermostOf(reference));
    try {
      return outermost && planWithin(outermost, reference);
    } catch (error) {
      if (error instanceof PlanError) return undefined;
      throw error;
    }
  }

  private whyNot(reference: string): Failure {
    const refused = this.refused.get(outermostOf(reference));
    const why = refused ? `cannot be used: ${refused.message}` : 'is not in the store.';
    return failure('PLAN_REFUSED', `The plan ${reference.slice(0, 200)} ${why}`);
  }

  private async outermost(hash: string): Promise<LoadedPlan | undefined> {
    const known = this.byHash.get(hash);
    if (known) return known;
    if (this.refused.get(hash)) return undefined;
    const stored = await this.store.reader.plan(hash);
    if (stored === undefined) return undefined;
    try {
      const plan = usablePlan(stored);
      this.byHash.set(hash, plan);
      return plan;
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      this.log.error(
        { plan: hash, err: error },
        'A stored plan cannot be used: no run of it begins or goes on. Deploy another one.',
      );
      this.refused.set(hash, error);
      return undefined;
    }
  }
}
