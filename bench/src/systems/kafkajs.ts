import { startChild } from '../child.js';
import type { System } from '../system.js';
import { payloadOf, runOf } from '../works.js';
import { KafkaClient } from './kafka-client.js';
import type { PipeOptions } from './kafkajs-pipe.js';

/** Hops of bare kafkajs, in one process: no validation, no state, no retries, nobody knows where a run is. */
export const kafkajsPipe =
  (delivery: PipeOptions['delivery']): System =>
  async (work, at, ending) => {
    const { steps, partitions } = work;
    const { name, brokers, cpuProfiles } = at;
    const topics = Array.from({ length: steps + 1 }, (_, hop) => `${name}.${hop}`);
    const results = new KafkaClient(at, {
      payloadBytes: work.payloadBytes,
      into: `${name}.0`,
      from: `${name}.${steps}`,
      messageOf: (run) => ({ key: `run-${run}`, value: payloadOf(work, run) }),
      runOf: (value) => runOf(value.toString('latin1')),
    });
    const admin = results.kafka.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    });
    await admin.disconnect();
    ending.defer(() => results.stop());
    const told: PipeOptions = { delivery, brokers, topics, partitions };
    const pipe = ending.use(startChild('./systems/kafkajs-pipe.js', { told, cpuProfiles }));
    await Promise.all([pipe.said, results.start()]);
    return results.client;
  };
