// Runs are jobs of one queue; their worker is in a process of its own.
import { join } from 'node:path';
import {
  BenchClient,
  givenServers,
  payloadOf,
  resultOf,
  runOf,
  startChild,
  type System,
  type Workload,
} from '@millrace/bench';
import { choosePort, find, startServer } from '@millrace/local';
import { type FlowJob, FlowProducer, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { connectionTo, type Data, QUEUES, type Told } from './queues.ts';

/** The options of a job: its data is removed at its end, because a run's result is read from its event. */
const opts = { removeOnComplete: true };

export const start: System = async (work, { name: prefix, dataDir, cpuProfiles }, ending) => {
  const url = givenServers().REDIS_URL ?? (await startRedis(dataDir, ending));
  const told: Told = { url, prefix, work };
  await ending.use(startChild(new URL('./worker.ts', import.meta.url), { told, cpuProfiles })).said;

  const options = { connection: connectionTo(url), prefix };
  const queue = new Queue(QUEUES.runs, options);
  ending.defer(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
  });
  const flows = new FlowProducer(options);
  ending.defer(() => flows.close());
  const events = new QueueEvents(QUEUES.runs, { ...options, lastEventId: '0' });
  ending.defer(() => events.close());
  const client = new BenchClient(async (runs) => {
    if (work.shape === 'sequence')
      await queue.addBulk(runs.map((run) => ({ name: work.name, data: dataOf(work, run), opts })));
    else await flows.addBulk(runs.map((run) => parentOf(run, work)));
  });
  events.on('completed', ({ returnvalue }) => client.arrived(runOf(returnvalue)));
  events.on('failed', ({ failedReason }) => client.failed(new Error(failedReason)));
  await events.waitUntilReady();
  return client;
};

const dataOf = (work: Workload, run: number): Data => ({ text: payloadOf(work, run) });

/** Its children are done all at once, and it when they are. */
const parentOf = (run: number, work: Workload): FlowJob => ({
  name: 'run',
  queueName: QUEUES.runs,
  data: dataOf(work, run),
  opts,
  children: Array.from({ length: work.steps }, (_, step) => ({
    name: 'step',
    queueName: QUEUES.steps,
    data: { text: resultOf(work, payloadOf(work, run), step), step } satisfies Data,
    opts,
  })),
});

/** As BullMQ's page on going to production asks: an append-only file, synced each second, and nothing is evicted. */
async function startRedis(dataDir: string, ending: AsyncDisposableStack): Promise<string> {
  const port = await choosePort(0);
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: dataDir,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  const url = `redis://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'Redis',
    port,
    dataDir,
    process: {
      command: find('redis-server')!,
      args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
      logFile: join(dataDir, 'redis.log'),
      cwd: dataDir,
    },
    ready: () => answers(url),
  });
  ending.use(server);
  return url;
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
