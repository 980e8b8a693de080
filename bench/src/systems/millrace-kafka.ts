import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { topicsOf } from '@millrace/contracts';
import { startChild } from '../child.js';
import type { BenchClient } from '../client.js';
import { Result } from '../pipelines.js';
import type { BenchContext, System } from '../system.js';
import { payloadOf, runOf, type Workload } from '../works.js';
import { KafkaClient } from './kafka-client.js';
import type { ServiceOptions } from './millrace-service.js';

/** Coordinator and stages in processes of their own, on Kafka and PostgreSQL; runs come in as plain records on `intake`. */
export const millraceOnKafka: System = (work, at, ending) => start(work, at, { ending, env: {} });

/** The same, with spans of every run, and a collector in the client's process that reads them and drops them. */
export const millraceTraced: System = async (work, at, ending) => {
  const collector = createServer((request, response) => {
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')).resume();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  ending.defer(() => collector.closeAllConnections());
  ending.defer(() => void collector.close());
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  return start(work, at, { ending, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
};

async function start(
  work: Workload,
  at: BenchContext,
  { ending, env }: { ending: AsyncDisposableStack; env: Readonly<Record<string, string>> },
): Promise<BenchClient> {
  const { name, brokers, databaseUrl, cpuProfiles } = at;
  const prefix = `${name}.`;
  const topics = topicsOf(prefix);
  const results = new KafkaClient(at, {
    payloadBytes: work.payloadBytes,
    into: topics.intake,
    from: topics.results,
    messageOf: (run) => ({
      key: `run-${run}`,
      value: JSON.stringify({ text: payloadOf(work, run) }),
      headers: { pipeline: work.name },
    }),
    runOf: (value) => runOf(Result.parse(JSON.parse(value.toString())).output.text),
  });
  ending.defer(() => results.stop());
  const service = async (service: ServiceOptions['service']) => {
    const told: ServiceOptions = { service, work };
    const module = service === 'coordinator' ? 'millrace-coordinator' : 'millrace-service';
    const child = startChild(`./systems/${module}.js`, {
      told,
      name: service,
      cpuProfiles,
      env: {
        KAFKA_BROKERS: brokers.join(','),
        DATABASE_URL: databaseUrl,
        TOPIC_PREFIX: prefix,
        TOPIC_PARTITIONS: String(work.partitions),
        LOG_LEVEL: 'warn',
        ...env,
      },
    });
    await ending.use(child).said;
  };
  // The coordinator publishes the plan that the stages then read.
  await service('coordinator');
  await service('stages');
  for (let more = 1; more < work.processes; more++) await Promise.all([service('coordinator'), service('stages')]);
  await results.start();
  return results.client;
}
