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

/** Plans by hash, and the ones that new runs of each pipeline get. */
export class Plans {
  private readonly byHash = new Map<string, LoadedPlan>();
  private readonly routes = new Map<string, Route>();

  constructor(private readonly store: Pick<Store, 'reader'>) {}

  private readonly paused = new Set<string>();

  /** No new run of the pipeline begins, as far as is known here. */
  isPaused(pipeline: string): boolean {
    return this.paused.has(pipeline);
  }

  /** Takes over from the store what new runs get: of all pipelines, or of one. @returns the current plans of these */
  async refresh(pipeline?: string): Promise<readonly LoadedPlan[]> {
    const current: LoadedPlan[] = [];
    const paused = await this.store.reader.deployed.paused(pipeline);
    if (pipeline === undefined) this.paused.clear();
    else this.paused.delete(pipeline);
    for (const one of paused) this.paused.add(one);
    for (const [name, route] of await this.store.reader.deployed.routes(pipeline)) {
      for (const hash of [route.current, route.canary?.plan]) if (hash !== undefined) await this.get(hash);
      this.routes.set(name, route);
      current.push(await this.get(route.current));
    }
    return current;
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

  /** New runs of its pipeline get this plan. */
  use(plan: LoadedPlan): void {
    this.byHash.set(plan.hash, plan);
    this.routes.set(plan.plan.pipeline, { current: plan.hash, before: undefined, canary: undefined });
  }

  /** The plan that a new run gets; undefined where there is no such pipeline. */
  forRun(pipeline: string, run: string): LoadedPlan | undefined {
    const route = this.routes.get(pipeline);
    return route && this.byHash.get(planFor(route, run));
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
