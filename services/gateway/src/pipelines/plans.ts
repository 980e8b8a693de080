import { PlanError } from '@millrace/pipeline';
import { type LoadedPlan, outermostOf, planCache, planFor, planWithin, usablePlan } from '@millrace/pipeline/engine';
import type { StoreReader } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';

/** Plans ready for use. A plan never changes under its hash, so it is loaded once. */
export class StoredPlans {
  private readonly loaded = planCache();

  constructor(private readonly reader: Pick<StoreReader, 'plan' | 'pipelines' | 'deployed'>) {}

  /** A run's plan may be one within another. */
  async byHash(reference: string): Promise<LoadedPlan> {
    return planWithin(await this.outermost(outermostOf(reference)), reference);
  }

  /** Returns what `byHash` does; undefined where the plan is there and cannot be used. */
  async find(reference: string): Promise<LoadedPlan | undefined> {
    try {
      return await this.byHash(reference);
    } catch (error) {
      if (error instanceof PlanError) return undefined;
      throw error;
    }
  }

  private async outermost(hash: string): Promise<LoadedPlan> {
    const known = this.loaded.get(hash);
    if (known) return known;
    const stored = await this.reader.plan(hash);
    if (stored === undefined) throw new Error(`The store has no plan ${hash}, though something refers to it`);
    const plan = usablePlan(stored);
    this.loaded.set(hash, plan);
    return plan;
  }

  /**
   * Returns the plan of a new run.
   * @throws {RequestProblem} UNKNOWN_PIPELINE
   */
  async forRun(pipeline: string, run: string): Promise<LoadedPlan> {
    const route = (await this.reader.deployed.routes([pipeline])).get(pipeline);
    if (!route) throw unknownPipeline(pipeline);
    return this.byHash(planFor(route, run));
  }

  /**
   * The current version of a pipeline.
   * @throws {RequestProblem} UNKNOWN_PIPELINE
   */
  async newest(pipeline: string): Promise<Omit<Listed, 'plan'> & { plan: LoadedPlan }> {
    const found = (await this.reader.pipelines()).find(({ name }) => name === pipeline);
    if (!found) throw unknownPipeline(pipeline);
    return { ...found, plan: await this.byHash(found.plan) };
  }
}

/** A pipeline as it is listed. */
export type Listed = Awaited<ReturnType<StoreReader['pipelines']>>[number];

export function unknownPipeline(pipeline: string): RequestProblem {
  const errors = [{ pointer: '/pipeline', detail: 'No pipeline of this name is deployed.' }];
  return new RequestProblem('UNKNOWN_PIPELINE', `There is no pipeline "${pipeline.slice(0, 200)}".`, { errors });
}
