import { openProject } from '@millrace/project';
import { serve, untilReached } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { cacheOf, CoordinatorConfig, retentionOf, webhooksOf } from './config.js';
import { startCoordinator } from './coordinator.js';

await serve(
  'coordinator',
  async (runtime, config, { signal }) => {
    const { log } = runtime.telemetry;
    const onError = (error: Error) => log.warn({ err: error }, 'A database connection broke.');
    const project = await openProject({ from: process.cwd(), build: 'built', instead: config.PIPELINES });
    const pipelines = await project.pipelines();
    if (pipelines.length === 0)
      log.warn({ folder: project.folder }, 'No pipelines are brought: there is no millrace.config and no PIPELINES.');
    const store = await untilReached({ log, signal }, () => openStore({ ...runtime.settings, onError }));
    const running = await startCoordinator(runtime, {
      store,
      pipelines,
      keyIsIdempotent: config.INTAKE_KEY_IS_IDEMPOTENT,
      maxAnswerBytes: config.MAX_ANSWER_BYTES,
      maxItems: config.MAX_MAP_ITEMS,
      cache: cacheOf(config),
      retention: retentionOf(config),
      webhooks: webhooksOf(config),
    });
    return {
      ready: running.ready,
      async drain(ms) {
        await running.drain(ms);
        await store[Symbol.asyncDispose]();
      },
    };
  },
  { config: CoordinatorConfig, database: true },
);
