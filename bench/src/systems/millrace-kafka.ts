import { topicsOf } from '@millrace/contracts';
import { startChild } from '../child.js';
import { Result } from '../pipelines.js';
import type { Surroundings, System } from '../system.js';
import { payloadOf, runOf, type Work } from '../works.js';
import { KafkaClient } from './kafka-client.js';
import type { ServiceOptions } from './millrace-service.js';

/** Coordinator and stages in processes of their own, on Kafka and PostgreSQL; runs come in as plain records on `intake`. */
export class MillraceOnKafka implements System {
  private readonly open = new AsyncDisposableStack();
  private client: KafkaClient | undefined;

  constructor(private readonly at: Surroundings) {}

  async start(work: Work): Promise<void> {
    const { name, brokers, databaseUrl, cpuProfiles } = this.at;
    const prefix = `${name}.`;
    const topics = topicsOf(prefix);
    const client = new KafkaClient(this.at, {
      into: topics.intake,
      from: topics.results,
      messageOf: (run) => ({
        key: `run-${run}`,
        value: JSON.stringify({ text: payloadOf(run) }),
        headers: { pipeline: work.name },
      }),
      runOf: (value) => runOf(Result.parse(JSON.parse(value.toString())).output.text),
    });
    this.open.defer(() => client.stop());
    const service = async (service: ServiceOptions['service']) => {
      const told: ServiceOptions = { service, work };
      const child = startChild('./systems/millrace-service.js', {
        told,
        cpuProfiles,
        env: {
          KAFKA_BROKERS: brokers.join(','),
          DATABASE_URL: databaseUrl,
          TOPIC_PREFIX: prefix,
          TOPIC_PARTITIONS: String(work.partitions),
          LOG_LEVEL: 'warn',
        },
      });
      this.open.use(child);
      await child.said;
    };
    // The coordinator publishes the plan that the stages then read.
    await service('coordinator');
    await service('stages');
    await client.start();
    this.client = client;
  }

  saturate(n: number) {
    return this.client!.client.saturate(n);
  }

  single() {
    return this.client!.client.single();
  }

  stop() {
    return this.open.disposeAsync();
  }
}
