import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, type Incoming } from '@millrace/broker';
import { kafkaBroker, type KafkaSettings } from '@millrace/broker-kafka';
import { present, randomId, type Topics, topicsOf } from '@millrace/contracts';
import pg from 'pg';
import { Service } from './processes.js';

export const STAGES = ['intake', 'classify', 'extract', 'retrieve', 'draft', 'comply', 'route', 'send'] as const;

/** All of Millrace on a real Kafka and PostgreSQL, each service its own process, apart from whatever else uses them. */
export interface Installation extends AsyncDisposable {
  readonly topics: Topics;
  readonly prefix: string;
  readonly broker: Broker;
  readonly database: pg.Pool;
  readonly gateway: string;
  /** By name; a stage that runs twice has the names `classify-1` and `classify-2`. */
  readonly services: ReadonlyMap<string, Service>;
  /** All committed records of a topic. */
  read(topic: string): Promise<readonly Incoming[]>;
}

/** Many processes start at once, on a machine that may be busy. */
const READY_MS = 240_000;

const needed = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}: \`npm run infra\` starts what is needed and prints it.`);
  return value;
};

interface Options {
  /** Those of the support pipeline unless given. */
  readonly stages?: readonly string[];
  /** Other services: their programs, by name. */
  readonly others?: Readonly<Record<string, string>>;
  readonly twice?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** More for one service. */
  readonly envFor?: (service: string) => NodeJS.ProcessEnv;
  /** The prefix of its topics; without it, one that nobody else has. */
  readonly prefix?: string;
  /** The account with which tests read the topics. */
  readonly sasl?: KafkaSettings['sasl'];
  /** The servers it runs on; defaults to those that the environment names. */
  readonly servers?: { readonly brokers: string; readonly database: string };
  /** Returns the URL at which services find the database that is at `url`. */
  readonly databaseFor?: (url: string) => string;
}

const installed = new Set<AsyncDisposable>();

/** Ends the installations that nobody has ended yet, for a process that is told to stop in the middle of its work. */
export async function endInstallations(): Promise<void> {
  await Promise.all([...installed].map((installation) => installation[Symbol.asyncDispose]()));
}

export async function install(options: Options = {}): Promise<Installation> {
  const brokers = options.servers?.brokers ?? options.env?.['KAFKA_BROKERS'] ?? needed('KAFKA_BROKERS');
  const id = randomId('e2e').slice(0, 12);
  const prefix = options.prefix ?? `${id}.`;
  await using opening = new AsyncDisposableStack();
  const databaseUrl = await createDatabase(id, options.servers?.database);
  opening.defer(() => dropDatabase(id, options.servers?.database));
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const env = {
    KAFKA_BROKERS: brokers,
    DATABASE_URL: options.databaseFor?.(databaseUrl) ?? databaseUrl,
    TOPIC_PREFIX: prefix,
    MILLRACE_DATA: dataDir,
    LOG_LEVEL: 'warn',
    // The least that Kafka takes: who was killed is not waited for any longer.
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    ...options.env,
  };
  const services = new Map<string, Service>();
  const startFile = async (name: string, file: string) =>
    services.set(name, opening.use(await Service.start(name, { file, env: { ...env, ...options.envFor?.(name) } })));
  const start = async (service: string, folder: string) => {
    const names = options.twice?.includes(service) ? [`${service}-1`, `${service}-2`] : [service];
    for (const name of names) await startFile(name, `services/${folder}/dist/main.js`);
  };
  await start('coordinator', 'coordinator');
  await start('gateway', 'gateway');
  for (const stage of options.stages ?? STAGES) await start(stage, `stages/${stage}`);
  for (const [name, file] of Object.entries(options.others ?? {})) await startFile(name, file);
  for (const service of services.values()) await service.ready(READY_MS);
  const broker = opening.use(
    await kafkaBroker({
      brokers: brokers.split(','),
      clientId: 'e2e',
      transactionalIdPrefix: prefix,
      ...(options.sasl && { sasl: options.sasl }),
    }),
  );
  const database = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  opening.defer(() => database.end());
  const opened = opening.move();
  installed.add(opened);
  return {
    topics: topicsOf(prefix),
    prefix,
    broker,
    database,
    gateway: present(services.get('gateway'), 'gateway').url,
    services,
    read: (topic) => readAll(broker, topic),
    [Symbol.asyncDispose]: async () => {
      installed.delete(opened);
      await Promise.all([...services.values()].map(tellWhereUnready));
      await opened.disposeAsync();
    },
  };
}

/** Prints what a service said last that is not ready at the end: a test that waited for it in vain does not know. */
async function tellWhereUnready({ name, url, said }: Service): Promise<void> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  if (answer?.ok) return;
  const state = await answer?.text().catch(() => undefined);
  process.stderr.write(`${name} is not ready at the end (${state ?? 'no answer'}). It said last:\n${said}\n`);
}

async function readAll(broker: Broker, topic: string): Promise<readonly Incoming[]> {
  const records: Incoming[] = [];
  for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++) {
    for (let offset = 0; ;) {
      const page = await broker.browse({ topic, partition, offset, limit: 1_000 });
      records.push(...page);
      if (page.length === 0) break;
      offset = present(page.at(-1), 'record of the page').offset + 1;
    }
  }
  return records;
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

export async function createDatabase(name: string, server = needed('DATABASE_URL')): Promise<string> {
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

export const dropDatabase = (name: string, server = needed('DATABASE_URL')) =>
  onServer(server, `drop database if exists ${name} with (force)`);
