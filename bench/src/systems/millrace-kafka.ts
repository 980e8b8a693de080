import { topicsOf } from '@millrace/contracts';
import { startChild } from '../child.js';
import { Result } from '../pipelines.js';
import type { System } from '../system.js';
import { payloadOf, runOf } from '../works.js';
import { KafkaClient } from './kafka-client.js';
import type { ServiceOptions } from './millrace-service.js';

/** Coordinator and stages in processes of their own, on Kafka and PostgreSQL; runs come in as plain records on `intake`. */
export const millraceOnKafka: System = async (work, at, ending) => {
  const { name, brokers, databaseUrl, cpuProfiles } = at;
  const prefix = `${name}.`;
  const topics = topicsOf(prefix);
  const results = new KafkaClient(at, {
    into: topics.intake,
    from: topics.results,
    messageOf: (run) => ({
      key: `run-${run}`,
      value: JSON.stringify({ text: payloadOf(run) }),
      headers: { pipeline: work.name },
    }),
    runOf: (value) => runOf(Result.parse(JSON.parse(value.toString())).output.text),
  });
  ending.defer(() => results.stop());
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
    await ending.use(child).said;
  };
  // The coordinator publishes the plan that the stages then read.
  await service('coordinator');
  await service('stages');
  await results.start();
  return results.client;
};
