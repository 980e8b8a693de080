import { serve } from '@millrace/service';
import { openStore } from '@millrace/store';
import { CoordinatorConfig } from './config.js';
import { startCoordinator } from './coordinator.js';
import { loadPipelines } from './pipelines.js';

await serve(
  'coordinator',
  async (house, config) => {
    const onError = (error: Error) => house.telemetry.log.warn({ err: error }, 'A database connection broke.');
    const store = await openStore({ ...house.settings, onError });
    const running = await startCoordinator(house, {
      store,
      pipelines: await loadPipelines(config.PIPELINES),
      keyIsIdempotent: config.INTAKE_KEY_IS_IDEMPOTENT,
    });
    return {
      ready: running.ready,
      async drain(ms) {
        await running.drain(ms);
        await store[Symbol.asyncDispose]();
      },
    };
  },
  { config: CoordinatorConfig },
);
