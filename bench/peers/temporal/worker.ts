// A process of its own: does workflows and their activities.
import { fileURLToPath } from 'node:url';
import { beChild } from '@millrace/bench';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities } from './activities.ts';

/** The message with which the worker's process is started. */
export interface Told {
  readonly address: string;
  readonly taskQueue: string;
}

/** Activities in hand at once. */
const ACTIVITIES = 200;

beChild<Told>(async ({ address, taskQueue }, ending) => {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  ending.defer(() => connection.close());
  const worker = await Worker.create({
    connection,
    taskQueue,
    activities,
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    maxConcurrentActivityTaskExecutions: ACTIVITIES,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
  const running = worker.run();
  running.catch(() => undefined);
  ending.defer(() => {
    worker.shutdown();
    return running;
  });
  return 'ready';
});
