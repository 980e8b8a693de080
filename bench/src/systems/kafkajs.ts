import { startChild } from '../child.js';
import type { Surroundings, System } from '../system.js';
import { payloadOf, runOf, type Work } from '../works.js';
import { KafkaClient } from './kafka-client.js';
import type { PipeOptions } from './kafkajs-pipe.js';

/** Hops of bare kafkajs, in one process: no validation, no state, no retries, nobody knows where a run is. */
export class KafkajsPipe implements System {
  private readonly open = new AsyncDisposableStack();
  private client: KafkaClient | undefined;

  constructor(
    private readonly at: Surroundings,
    private readonly delivery: PipeOptions['delivery'],
  ) {}

  async start({ steps, partitions }: Work): Promise<void> {
    const { name, brokers, cpuProfiles } = this.at;
    const topics = Array.from({ length: steps + 1 }, (_, hop) => `${name}.${hop}`);
    const client = new KafkaClient(this.at, {
      into: topics[0]!,
      from: topics.at(-1)!,
      messageOf: (run) => ({ key: `run-${run}`, value: payloadOf(run) }),
      runOf: (value) => runOf(value.toString('latin1')),
    });
    const admin = client.kafka.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    });
    await admin.disconnect();
    this.open.defer(() => client.stop());
    const told: PipeOptions = { delivery: this.delivery, brokers, topics, partitions };
    const pipe = this.open.use(startChild('./systems/kafkajs-pipe.js', { told, cpuProfiles }));
    await Promise.all([pipe.said, client.start()]);
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
