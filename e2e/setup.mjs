// What integration tests run against: the servers that KAFKA_BROKERS and DATABASE_URL name; where they are not set, servers
// that are started here and ended afterwards, in Docker where it answers, else as processes of this machine.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { endSoon, endWithLauncher } from '../tools/jest/end.mjs';

const answers = (command, args) =>
  promisify(execFile)(command, args).then(
    () => true,
    () => false,
  );

const docker = async (...args) => (await promisify(execFile)('docker', args)).stdout.trim();

/** Resolves with the container's id. */
function container(image, { port, env }) {
  const settings = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return docker('run', '--detach', '--rm', '--publish', `127.0.0.1:${port}`, ...settings, image);
}

/** Waits until the container has written `text` that many times. */
async function written(id, text, times) {
  const following = spawn('docker', ['logs', '--follow', id], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await new Promise((resolve, reject) => {
      let left = times;
      const look = (line) => line.includes(text) && --left === 0 && resolve();
      for (const stream of [following.stdout, following.stderr]) createInterface({ input: stream }).on('line', look);
      following.once('error', reject);
      following.once('exit', () => reject(new Error(`The container ${id} ended before it wrote "${text}".`)));
    });
  } finally {
    following.kill();
  }
}

/** @returns {Promise<{ kafka: string, database: string, stop: () => Promise<unknown> }>} */
async function inDocker() {
  const { freePort } = await import('./dist/processes.js');
  const port = await freePort();
  const [kafka, postgres] = await Promise.all([
    container('apache/kafka:4.1.1', {
      port: `${port}:9092`,
      env: {
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
      },
    }),
    container('postgres:17-alpine', {
      port: ':5432',
      env: { POSTGRES_USER: 'millrace', POSTGRES_DB: 'millrace', POSTGRES_HOST_AUTH_METHOD: 'trust' },
    }),
  ]);
  const stop = () => docker('rm', '--force', '--volumes', kafka, postgres);
  try {
    await Promise.all([
      written(kafka, 'Kafka Server started', 1),
      // PostgreSQL starts once to make its database, and then for good.
      written(postgres, 'database system is ready to accept connections', 2),
    ]);
    const address = await docker('port', postgres, '5432');
    return { kafka: `127.0.0.1:${port}`, database: `postgres://millrace@${address}/millrace`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
