import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { topicsOf } from '@millrace/contracts';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { BenchClient, portionOf } from '../client.js';
import { jobOf, Result } from '../pipelines.js';
import type { System } from '../system.js';
import { payloadOf, runOf, type Workload } from '../works.js';
import { runCoordinator, runStages } from './millrace.js';

/** Everything in the client's process, as in standalone, on the embedded log and SQLite, both with fsync. */
export const millraceEmbedded: System = async (work, { dataDir }, ending) => {
  const told = { MILLRACE_DATA: dataDir, TOPIC_PARTITIONS: String(work.partitions), LOG_LEVEL: 'warn' };
  const settings = serviceSettings(told, 'bench');
  const broker = ending.use(await embeddedBroker({ dir: join(dataDir, 'log'), fsync: true }));
  const store = ending.use(await openStore({ databaseUrl: undefined, dataDir }));
  const runtime = async (service: string) => ending.use(await openRuntime(service, settings, { broker }));
  const job = jobOf(work);
  await runCoordinator(ending, await runtime('coordinator'), { job, store });
  await runStages(ending, await runtime('stages'), job);
  return clientOn(broker, work, ending);
};

async function clientOn(broker: Broker, work: Workload, ending: AsyncDisposableStack): Promise<BenchClient> {
  const topics = topicsOf();
  const publish = (runs: readonly number[]) =>
    broker.publish(
      runs.map((run) => ({
        topic: topics.intake,
        key: `run-${run}`,
        value: JSON.stringify({ text: payloadOf(work, run) }),
        headers: { pipeline: work.name },
      })),
    );
  const client = new BenchClient(publish, portionOf(work.payloadBytes));
  const results = await broker.tail([topics.results], 'end', ({ value }) => {
    if (value) client.arrived(runOf(Result.parse(JSON.parse(value.toString())).output.text));
  });
  ending.use(results);
  await results.caughtUp;
  return client;
}
