import { startInterval } from '@millrace/contracts/timers';
import type { CacheBounds, Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';

/** The interval at which the cache is brought within its bounds. */
const EVERY_MS = 10_000;

/** Removes outputs whose time is over, and those that were not used for the longest time where there are too many. */
export function startEviction(
  { store, telemetry, now }: { store: Pick<Store, 'outputs'>; telemetry: Pick<Telemetry, 'log'>; now: () => number },
  bounds: CacheBounds,
): { stop(): Promise<void> } {
  let working: Promise<unknown> = Promise.resolve();
  const timer = startInterval(EVERY_MS, () => {
    working = working.then(() =>
      store.outputs
        .evict({ ...bounds, at: now() })
        .catch((error: unknown) =>
          telemetry.log.warn(
            { err: error },
            'The cache of outputs could not be brought within its bounds; trying again.',
          ),
        ),
    );
  });
  return {
    async stop() {
      timer.stop();
      await working;
    },
  };
}
