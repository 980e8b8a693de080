// What integration tests run against: the servers that KAFKA_BROKERS and DATABASE_URL name; where they are not set, servers
// that are started here and ended afterwards, in Docker where it answers, else as processes of this machine.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endSoon, endWithLauncher } from '../tools/jest/end.mjs';

const answers = (command, args) =>
  promisify(execFile)(command, args).then(
    () => true,
    () => false,
  );

/** @returns {Promise<{ kafka: string, database: string, stop: () => Promise<unknown> }>} */
async function inDocker() {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { freePort } = await import('./dist/processes.js');
  const port = await freePort();
  const [kafka, postgres] = await Promise.all([
    new GenericContainer('apache/kafka:4.1.1')
      .withExposedPorts({ container: 9092, host: port })
      .withEnvironment({
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      })
      .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
      .start(),
    new GenericContainer('postgres:17-alpine')
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_USER: 'millrace', POSTGRES_DB: 'millrace', POSTGRES_HOST_AUTH_METHOD: 'trust' })
      .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
      .start(),
  ]);
  return {
    kafka: `127.0.0.1:${port}`,
    database: `postgres://millrace@${postgres.getHost()}:${postgres.getMappedPort(5432)}/millrace`,
    stop: () => Promise.all([kafka.stop(), postgres.stop()]),
  };
}

/** @returns {Promise<{ kafka: string, database: string, stop: () => Promise<unknown> }>} */
async function onThisMachine() {
  const { startKafka, startPostgres } = await import('@millrace/local');
  const dir = await mkdtemp(join(tmpdir(), 'millrace-servers-'));
  const [kafka, postgres] = await Promise.all([
    startKafka({ port: 0, dataDir: join(dir, 'kafka') }),
    startPostgres({ port: 0, dataDir: join(dir, 'postgres') }),
  ]);
  return {
    kafka: kafka.brokers,
    database: postgres.url,
    stop: async () => {
      await Promise.all([kafka.stop(), postgres.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

let servers;

export default async function setup() {
  endWithLauncher();
  if (process.env.KAFKA_BROKERS && process.env.DATABASE_URL) return;
  servers = (await answers('docker', ['info'])) ? await inDocker() : await onThisMachine();
  process.env.KAFKA_BROKERS = servers.kafka;
  process.env.DATABASE_URL = servers.database;
}

/** `project`: Jest's; a script that calls this has none. */
export async function teardown(_, project) {
  await servers?.stop();
  if (project) endSoon(project);
}
