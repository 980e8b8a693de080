import { loadPlan, type LoadedPlan } from '@millrace/pipeline';
import type { Store } from '@millrace/store';

/** Plans by hash, and the one that new runs of a pipeline get. */
export class Plans {
  private readonly byHash = new Map<string, LoadedPlan>();
  private readonly newest = new Map<string, LoadedPlan>();

  constructor(private readonly store: Store) {}

  deploy(plan: LoadedPlan): void {
    this.byHash.set(plan.hash, plan);
    this.newest.set(plan.plan.pipeline, plan);
  }

  newestOf(pipeline: string): LoadedPlan | undefined {
    return this.newest.get(pipeline);
  }

  /** A run stays on its plan, which may be older than this process. */
  async get(hash: string): Promise<LoadedPlan> {
    const known = this.byHash.get(hash);
    if (known) return known;
    const stored = await this.store.reader.plan(hash);
    if (stored === undefined) throw new Error(`Plan ${hash} is not in the store.`);
    const plan = loadPlan(stored);
    this.byHash.set(hash, plan);
    return plan;
  }
}
