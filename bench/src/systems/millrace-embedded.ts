import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { topicsOf } from '@millrace/contracts';
import { openHouse, serviceSettings } from '@millrace/service';
import { openStore } from '@millrace/store';
import { Client } from '../client.js';
import { jobOf, Result } from '../pipelines.js';
import type { Surroundings, System } from '../system.js';
import { payloadOf, runOf, type Work } from '../works.js';
import { runCoordinator, runStages } from './millrace.js';

/** Everything in the client's process, as in standalone, on the embedded log (with fsync) and PGlite. */
export class MillraceEmbedded implements System {
  private readonly open = new AsyncDisposableStack();
  private client: Client | undefined;

  constructor(private readonly at: Surroundings) {}

  async start(work: Work): Promise<void> {
    const { dataDir } = this.at;
    const told = { MILLRACE_DATA: dataDir, TOPIC_PARTITIONS: String(work.partitions), LOG_LEVEL: 'warn' };
    const settings = serviceSettings(told, 'bench');
    const broker = this.open.use(await embeddedBroker({ dir: join(dataDir, 'log'), fsync: true }));
    const store = this.open.use(await openStore({ databaseUrl: undefined, dataDir }));
    const house = async (service: string) => this.open.use(await openHouse(service, settings, { broker }));
    const job = jobOf(work);
    await runCoordinator(this.open, await house('coordinator'), { job, store });
    await runStages(this.open, await house('stages'), job);
    this.client = await this.clientOn(broker, work);
  }

  saturate(n: number) {
    return this.client!.saturate(n);
  }

  single() {
    return this.client!.single();
  }

  stop() {
    return this.open.disposeAsync();
  }

  private async clientOn(broker: Broker, { name: pipeline }: Work): Promise<Client> {
    const topics = topicsOf();
    const client = new Client((runs) =>
      broker.publish(
        runs.map((run) => ({
          topic: topics.intake,
          key: `run-${run}`,
          value: JSON.stringify({ text: payloadOf(run) }),
          headers: { pipeline },
        })),
      ),
    );
    const results = await broker.tail([topics.results], 'end', ({ value }) => {
      if (value) client.arrived(runOf(Result.parse(JSON.parse(value.toString())).output.text));
    });
    this.open.use(results);
    await results.caughtUp;
    return client;
  }
}
