import { readControl } from '@millrace/contracts';
import { retry } from '@millrace/contracts/retry';
import type { Runtime } from '@millrace/runtime';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { CoordinatorPlans } from './plans.js';

const EVERY_SECOND = { firstMs: 1_000, longestMs: 1_000 };

/** Keeps `plans` as the store has them: read now, and again whenever somebody says that a route has changed. `current` is told which plans are. */
export async function followRoutes(
  { broker, topics, telemetry }: Runtime,
  plans: CoordinatorPlans,
  current: (plans: readonly LoadedPlan[]) => Promise<void>,
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const { signal } = stop;
  let refreshing = Promise.resolve();
  const refresh = (pipeline: string) => {
    const mayPass = (): boolean => !signal.aborted;
    const onPause = (err: unknown): void =>
      telemetry.log.error({ err, pipeline }, 'A route could not be read: new runs go where they went before.');
    refreshing = refreshing
      .then(() =>
        retry({ backOff: EVERY_SECOND, signal, mayPass, onPause }, async () => current(await plans.refresh(pipeline))),
      )
      .catch(() => undefined);
  };
  const tail = await broker.tail([topics.control], 'end', ({ value }) => {
    const control = readControl(value);
    if (control?.type === 'pipeline.routed') refresh(control.pipeline);
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
