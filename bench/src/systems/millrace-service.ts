// A process of its own: the coordinator, or all stages of a work, as their own `main.ts` would start them.
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { beChild } from '../child.js';
import { ownEnv } from '../config.js';
import { jobOf } from '../pipelines.js';
import type { Workload } from '../works.js';
import { runCoordinator, runStages } from './millrace.js';

export interface ServiceOptions {
  readonly service: 'coordinator' | 'stages';
  readonly work: Workload;
}

beChild<ServiceOptions>(async ({ service, work }, ending) => {
  const settings = serviceSettings(ownEnv(), service);
  const runtime = ending.use(await openRuntime(service, settings));
  const job = jobOf(work);
  if (service === 'stages') await runStages(ending, runtime, job);
  else await runCoordinator(ending, runtime, { job, store: ending.use(await openStore(settings)) });
  return 'ready';
});
