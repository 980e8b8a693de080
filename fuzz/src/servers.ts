import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startPostgres } from '@millrace/local';
import type { Servers } from './kafka.js';

/** The Kafka and PostgreSQL that the environment names, or ones that are started here and end with what is returned. */
export async function openServers(env: NodeJS.ProcessEnv): Promise<Servers & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const { KAFKA_BROKERS: brokers, DATABASE_URL: database } = env;
  if (brokers && database) return { brokers, database, [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'millrace-fuzz-servers-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const kafka = opening.use(await startKafka({ port: 0, dataDir: join(folder, 'kafka') }));
  const postgres = opening.use(await startPostgres({ port: 0, dataDir: join(folder, 'postgres') }));
  const opened = opening.move();
  return { brokers: kafka.brokers, database: postgres.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
