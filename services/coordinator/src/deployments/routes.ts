import { Control, readJson } from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import type { Runtime } from '@millrace/runtime';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { CoordinatorPlans } from './plans.js';

const RETRY_MS = 1_000;

/** Keeps `plans` as the store has them: read now, and again whenever somebody says that a route has changed. `current` is told which plans are. */
export async function followRoutes(
  { broker, topics, telemetry }: Runtime,
  plans: CoordinatorPlans,
  current: (plans: readonly LoadedPlan[]) => Promise<void>,
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let refreshing = Promise.resolve();
  const refresh = (pipeline: string) => {
    refreshing = refreshing.then(async () => {
      while (!stop.signal.aborted) {
        try {
          return await current(await plans.refresh(pipeline));
        } catch (error) {
          telemetry.log.error(
            { err: error, pipeline },
            'A route could not be read: new runs go where they went before.',
          );
          await sleep(RETRY_MS, { signal: stop.signal }).catch(() => undefined);
        }
      }
    });
  };
  const tail = await broker.tail([topics.control], 'end', ({ value }) => {
    const { data } = Control.safeParse(readJson(value ?? '').value);
    if (data?.type === 'pipeline.routed') refresh(data.pipeline);
  });
  await tail.caughtUp;
  await current(await plans.refresh());
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await tail[Symbol.asyncDispose]();
      await refreshing;
    },
  };
}
