import { readJson, RECORD_DEPTH } from '@millrace/contracts';
import { startTimer } from '@millrace/contracts/timers';
import {
  hashOf,
  type LoadedPlan,
  loadPlan,
  outermostOf,
  type Plan,
  planCache,
  planWithin,
} from '@millrace/pipeline/engine';
import type { Incoming } from '@millrace/broker';
import { follow, type FollowerContext } from './follow.js';

/** Every plan that was ever published, by hash; plans within others by the way that leads to them: `<hash>/<step>`. */
export interface FollowedPlans extends AsyncDisposable {
  get(hash: string): LoadedPlan | undefined;
  /** As `get`, but waits for one that has not arrived yet; undefined when it did not within `ms`. */
  wait(hash: string, ms: number): Promise<LoadedPlan | undefined>;
  /** The plan of the pipeline that was published last. */
  newest(pipeline: string): LoadedPlan | undefined;
  /** Names of the pipelines that have a plan. */
  pipelines(): readonly string[];
}

/** Reads the topic of plans from its start, resolves when all that was there has been read, and follows on. */
export async function followPlans(runtime: FollowerContext): Promise<FollowedPlans> {
  const { log } = runtime.telemetry;
  const published = new Map<string, Plan>();
  const loaded = planCache();
  const newest = new Map<string, string>();
  const waiters = new Waiters();

  const see = (record: Incoming): string | undefined => {
    const found = planIn(record);
    if (typeof found === 'string') return found;
    const { hash, plan } = found;
    published.set(hash, plan);
    newest.delete(plan.pipeline);
    newest.set(plan.pipeline, hash);
    waiters.wake(hash);
    return undefined;
  };

  // Compiled when first needed: a service sees every plan and uses few.
  const outermost = (hash: string): LoadedPlan | undefined => {
    const known = loaded.get(hash);
    if (known || !published.has(hash)) return known;
    try {
      const plan = loadPlan(published.get(hash));
      if (plan.hash !== hash) throw new Error(`its content has the hash ${plan.hash}`);
      loaded.set(hash, plan);
      return plan;
    } catch (error) {
      published.delete(hash);
      log.error({ plan: hash, err: error }, 'A plan cannot be used and is left out.');
      return undefined;
    }
  };

  const get = (reference: string): LoadedPlan | undefined => {
    const found = outermost(outermostOf(reference));
    try {
      return found && planWithin(found, reference);
    } catch {
      return undefined; // It has no such step: whoever names it does not know it.
    }
  };

  const wait = async (hash: string, ms: number): Promise<LoadedPlan | undefined> => {
    const plan = get(hash);
    if (plan) return plan;
    await waiters.wait(outermostOf(hash), ms);
    return get(hash);
  };

  const tail = await follow(runtime, { topic: runtime.topics.plans, from: 'start' }, see);
  return {
    get,
    wait,
    newest: (pipeline) => {
      const hash = newest.get(pipeline);
      return hash === undefined ? undefined : get(hash);
    },
    pipelines: () => [...newest.keys()],
    [Symbol.asyncDispose]: async () => {
      await tail[Symbol.asyncDispose]();
      waiters.end();
    },
  };
}

/** Returns the plan that a record brings, or why it brings none. */
function planIn({ key, value }: Incoming): { hash: string; plan: Plan } | string {
  if (key === null) return 'it has no key, and so no hash';
  if (value === null) return 'it has no value';
  const hash = key.toString('utf8');
  try {
    const plan = readJson(value, { maxDepth: RECORD_DEPTH }).value as Plan;
    // Anybody may write to the topic: what is not the plan that its key names must not take that plan's place.
    return hashOf(plan) === hash ? { hash, plan } : 'it is not the plan whose hash is its key';
  } catch {
    return 'it is no plan';
  }
}

/** Those who wait for plans, by hash. */
class Waiters {
  private readonly byHash = new Map<string, Set<() => void>>();

  /** Resolves when the plan has come, or after so many milliseconds. */
  wait(hash: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const all = this.byHash.get(hash) ?? new Set();
      this.byHash.set(hash, all);
      const done = () => {
        timer.stop();
        all.delete(done);
        if (all.size === 0) this.byHash.delete(hash);
        resolve();
      };
      const timer = startTimer(ms, done);
      all.add(done);
    });
  }

  wake(hash: string): void {
    for (const done of [...(this.byHash.get(hash) ?? [])]) done();
  }

  end(): void {
    for (const hash of [...this.byHash.keys()]) this.wake(hash);
  }
}
