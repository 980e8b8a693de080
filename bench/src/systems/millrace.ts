import { setTimeout as sleep } from 'node:timers/promises';
import { startCoordinator } from '@millrace/coordinator';
import { followCancellations, followPlans, type Runtime, type Running } from '@millrace/runtime';
import { startStage } from '@millrace/stage';
import type { Store } from '@millrace/store';
import type { Job } from '../pipelines.js';

const DRAIN_MS = 5_000;
const POLL_MS = 20;

/** Starts the coordinator, ended with `ending`, and waits until it is ready. */
export async function runCoordinator(
  ending: AsyncDisposableStack,
  runtime: Runtime,
  { job, store }: { job: Job; store: Store },
): Promise<void> {
  await run(ending, () => startCoordinator(runtime, { store, pipelines: [job.pipeline] }));
}

/** Starts the job's stages, ended with `ending`, and waits until they are ready. They share what one process needs once. */
export async function runStages(ending: AsyncDisposableStack, runtime: Runtime, job: Job): Promise<void> {
  const shared = {
    plans: ending.use(await followPlans(runtime)),
    cancellations: ending.use(await followCancellations(runtime)),
  };
  await Promise.all(job.stages.map((stage) => run(ending, () => startStage(runtime, stage, shared))));
}

async function run(ending: AsyncDisposableStack, start: () => Promise<Running>): Promise<void> {
  const running = await start();
  ending.defer(() => running.drain(DRAIN_MS));
  while ((await running.ready()) !== true) await sleep(POLL_MS);
}
