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
  const waiting = new Map<string, Set<() => void>>();

  const see = ({ key, value }: Incoming): string | undefined => {
    if (key === null) return 'it has no key, and so no hash';
    if (value === null) return 'it has no value';
    const hash = key.toString('utf8');
    try {
      const plan = readJson(value, { maxDepth: RECORD_DEPTH }).value as Plan;
      // Anybody may write to the topic: what is not the plan that its key names must not take that plan's place.
      if (hashOf(plan) !== hash) return 'it is not the plan whose hash is its key';
      published.set(hash, plan);
      newest.delete(plan.pipeline);
      newest.set(plan.pipeline, hash);
    } catch {
      return 'it is no plan';
    }
    for (const wake of waiting.get(hash) ?? []) wake();
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

  const wait = (hash: string, ms: number): Promise<LoadedPlan | undefined> => {
    const known = get(hash);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      const outer = outermostOf(hash);
      const all = waiting.get(outer) ?? new Set();
      waiting.set(outer, all);
      const done = () => {
        timer.stop();
        all.delete(done);
        if (all.size === 0) waiting.delete(outer);
        resolve(get(hash));
      };
      const timer = startTimer(ms, done);
      all.add(done);
    });
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
      for (const all of waiting.values()) for (const done of [...all]) done();
    },
  };
}
