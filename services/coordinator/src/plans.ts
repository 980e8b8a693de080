import {
  loadPlan,
  type LoadedPlan,
  outermostOf,
  PlanError,
  planFor,
  planWithin,
  type Route,
  stagesOf,
} from '@millrace/pipeline';
import type { Target } from '@millrace/saga';
import type { Store } from '@millrace/store';

/** Returns the plan that a new run gets; undefined where there is no such pipeline. */
export type PlanForRun = (pipeline: string, run: string) => LoadedPlan | undefined;

const LONGEST_NAME = 200;
/** Text that PostgreSQL can look for; no pipeline is called otherwise. */
const isStorable = (name: string): boolean => name.length <= LONGEST_NAME && !name.includes('\0');

/** Plans by hash, and the ones that new runs of each pipeline get. */
export class Plans {
  private readonly byHash = new Map<string, LoadedPlan>();
  private readonly routes = new Map<string, Route>();

  constructor(private readonly store: Pick<Store, 'reader'>) {}

  /** Takes over from the store what new runs get: of all pipelines, or of one. @returns the current plans of these */
  async refresh(pipeline?: string): Promise<readonly LoadedPlan[]> {
    const current: LoadedPlan[] = [];
    for (const [name, route] of await this.store.reader.deployed.routes(
      pipeline === undefined ? undefined : [pipeline],
    )) {
      this.routes.set(name, route);
      current.push(await this.get(route.current));
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
      for (const hash of [current, canary?.plan]) if (hash !== undefined) plans.set(hash, await this.get(hash));
    return (pipeline, run) => {
      const route = routes.get(pipeline);
      return route && plans.get(planFor(route, run));
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
    return Promise.all([...hashes].map((hash) => this.get(hash)));
  }

  /** A run stays on its plan, which may be older than this process, and may be one within another. */
  async get(reference: string): Promise<LoadedPlan> {
    const plan = await this.find(reference);
    if (plan === undefined) throw new Error(`Plan ${reference} is not in the store.`);
    return plan;
  }

  /** What a run can be moved to; undefined where there is no plan of that hash. */
  async target(hash: string): Promise<Target | undefined> {
    const found = await this.find(hash);
    if (!found) return undefined;
    const { pipeline } = found.plan;
    const { contracts } = await this.store.reader.deployed.read({ pipeline, stages: [...stagesOf(found.plan)] });
    return { plan: found, contracts };
  }

  /** Undefined where there is no such plan. */
  async find(reference: string): Promise<LoadedPlan | undefined> {
    const outermost = await this.outermost(outermostOf(reference));
    try {
      return outermost && planWithin(outermost, reference);
    } catch (error) {
      if (error instanceof PlanError) return undefined;
      throw error;
    }
  }

  private async outermost(hash: string): Promise<LoadedPlan | undefined> {
    const known = this.byHash.get(hash);
    if (known) return known;
    const stored = await this.store.reader.plan(hash);
    if (stored === undefined) return undefined;
    const plan = loadPlan(stored);
    this.byHash.set(hash, plan);
    return plan;
  }
}
