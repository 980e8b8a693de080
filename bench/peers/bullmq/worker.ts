// A process of its own: does the jobs.
import { beChild, beside, type Workload } from '@millrace/bench';
import { type Job, Worker } from 'bullmq';
import { connectionTo, type Data, QUEUES, type Told } from './queues.ts';

/** Jobs that are in hand at once. */
const CONCURRENCY = 50;
/** The same, of jobs that wait for something else than Redis. */
const PARALLEL_CONCURRENCY = 256;

beChild<Told>(async ({ url, prefix, work }, ending) => {
  const connection = connectionTo(url);
  const take = async (queue: string, concurrency: number, handle: (job: Job<Data>) => Promise<string>) => {
    const worker = new Worker<Data, string>(queue, handle, { connection, prefix, concurrency });
    ending.defer(() => worker.close());
    await worker.waitUntilReady();
  };
  if (work.shape === 'sequence') await take(QUEUES.runs, CONCURRENCY, (job) => stepByStep(job, work));
  else {
    await take(QUEUES.runs, CONCURRENCY, ({ data }) => Promise.resolve(data.text));
    await take(QUEUES.steps, PARALLEL_CONCURRENCY, ({ data }) => beside(work, data.text, data.step ?? 0));
  }
  return 'ready';
});

/** After each step the job keeps how far it is and what the step gave, so that another attempt goes on from there. */
async function stepByStep(job: Job<Data>, work: Workload): Promise<string> {
  for (let step = job.data.step ?? 0; step < work.steps; step++)
    await job.updateData({ text: job.data.text, step: step + 1 });
  return job.data.text;
}
