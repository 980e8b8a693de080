import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Broker } from '@millrace/broker';
import { kafkaBroker } from '@millrace/broker-kafka';
import { Proxy } from '@millrace/broker-kafka/proxy';
import { groupsOf, present, type Topics, topicsOf } from '@millrace/contracts';
import { type LocalKafka, type LocalPostgres, startKafka, startPostgres } from '@millrace/local';
import pg from 'pg';
import { type Bank, openBank } from './bank.js';
import type { MutantName } from './options.js';
import { Service } from './service.js';
import { freePorts, until } from './waiting.js';

const PREFIX = 'chaos.';
const READY_MS = 300_000;

/** The stages that share a process: none, or those that never call each other's. */
export const LAYOUTS = {
  apart: ['open', 'weigh', 'price', 'quote', 'reserve', 'insure', 'pay'],
  together: ['open,insure', 'weigh,price', 'quote,reserve', 'pay'],
} as const;
export type Layout = keyof typeof LAYOUTS;

export const nameOf = (stages: string): string => stages.replaceAll(',', '-');

/** Names of the services that always run, two of each. */
export const serviceNames = (layout: Layout): string[] =>
  ['coordinator', 'gateway', ...LAYOUTS[layout].map(nameOf)].flatMap((name) => [`${name}-1`, `${name}-2`]);

/** All of Millrace on servers of its own, with a network between them that can be broken. */
export function serviceOf({ services }: Pick<Installation, 'services'>, name: string): Service {
  return present(services.get(name), `service ${name}`);
}

export interface Installation extends AsyncDisposable {
  readonly topics: Topics;
  readonly groups: ReturnType<typeof groupsOf>;
  readonly kafka: LocalKafka;
  readonly postgres: LocalPostgres;
  readonly kafkaProxy: Proxy;
  readonly postgresProxy: Proxy;
  /** The harness's own door to Kafka and PostgreSQL, past the proxies. */
  readonly broker: Broker;
  readonly database: pg.Pool;
  readonly bank: Bank;
  readonly services: ReadonlyMap<string, Service>;
  /** The folder for data and logs of servers and services. */
  readonly folder: string;
  /** Starts one more process of a service that runs. */
  add(name: string): Promise<Service>;
}

export async function openInstallation(options: {
  layout: Layout;
  mutant: MutantName | undefined;
  folder: string;
}): Promise<Installation> {
  await using opening = new AsyncDisposableStack();
  const { folder } = options;
  await mkdir(folder, { recursive: true });

  const { kafka, kafkaProxy } = await openKafka(opening, folder);
  const postgres = opening.use(await startPostgres({ port: 0, fresh: true, dataDir: join(folder, 'postgres') }));
  const postgresProxy = opening.use(await Proxy.open({ to: () => postgres.port, speaksKafka: false }));
  const bank = opening.use(await openBank());

  const env = {
    KAFKA_BROKERS: `127.0.0.1:${kafkaProxy.port}`,
    DATABASE_URL: `postgres://millrace@127.0.0.1:${postgresProxy.port}/millrace`,
    TOPIC_PREFIX: PREFIX,
    // A service keeps its data to itself: PostgreSQL, whose data are beside it, has an account of its own.
    MILLRACE_DATA: join(folder, 'services'),
    LOG_LEVEL: 'info',
    PIPELINES: pathToFileURL(fileURLToPath(new URL('../dist/pipeline.js', import.meta.url))).href,
    BANK_URL: bank.url,
  };
  const mutant = options.mutant
    ? ['--import', new URL(`../dist/mutants/${options.mutant}.js`, import.meta.url).href]
    : [];
  const services = new Map<string, Service>();
  // Nobody outlives a harness that is told to end.
  const abandon = () => services.forEach((service) => service.abandon());
  process.once('exit', abandon);
  opening.defer(() => void process.off('exit', abandon));
  opening.defer(async () => {
    await Promise.all([...services.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  const add = async (name: string): Promise<Service> => {
    const [port] = (await freePorts(1)) as [number];
    const args = [...mutant, ...programOf(name, options.layout)];
    const service = new Service(name, {
      args,
      port,
      env: { ...env, KAFKA_CLIENT_ID: name },
      logFile: join(folder, `${name}.log`),
    });
    services.set(name, service);
    return service;
  };
  for (const name of serviceNames(options.layout)) await add(name);
  for (const service of services.values()) {
    if (!(await service.ready(READY_MS))) throw new Error(`${service.name} did not start. It said:\n${service.said}`);
  }

  const broker = opening.use(
    await kafkaBroker({ brokers: [kafka.brokers], clientId: 'harness', transactionalIdPrefix: 'harness' }),
  );
  const database = new pg.Pool({ connectionString: postgres.url, max: 2 });
  database.on('error', () => undefined); // PostgreSQL is killed now and then; the next query says so.
  opening.defer(() => database.end());
  const opened = opening.move();
  return {
    ...{ topics: topicsOf(PREFIX), groups: groupsOf(PREFIX), kafka, postgres, kafkaProxy, postgresProxy },
    ...{ broker, database, bank, services, folder, add },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A broker that sends whoever comes through the proxy back through the proxy. */
async function openKafka(opening: AsyncDisposableStack, folder: string) {
  const [direct, controller, proxied] = (await freePorts(3)) as [number, number, number];
  const kafkaProxy = opening.use(await Proxy.open({ to: () => proxied, speaksKafka: true }));
  const at = (port: number) => `://127.0.0.1:${port}`;
  const kafka = opening.use(
    await startKafka({
      port: direct,
      fresh: true,
      dataDir: join(folder, 'kafka'),
      properties: {
        listeners: `PLAINTEXT${at(direct)},PROXIED${at(proxied)},CONTROLLER${at(controller)}`,
        'advertised.listeners': `PLAINTEXT${at(direct)},PROXIED${at(kafkaProxy.port)}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'PLAINTEXT',
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      },
    }),
  );
  return { kafka, kafkaProxy };
}

function programOf(name: string, layout: Layout): string[] {
  const kind = name.slice(0, name.lastIndexOf('-'));
  if (kind === 'coordinator' || kind === 'gateway') return [`services/${kind}/dist/main.js`];
  return [
    'chaos/dist/stage-main.js',
    present(
      LAYOUTS[layout].find((stages) => nameOf(stages) === kind),
      `stages of ${kind}`,
    ),
  ];
}

/** Returns what `read` returns once PostgreSQL answers, which may take a while. */
export async function whenUp<T>(read: () => Promise<T>, withinMs = 60_000): Promise<T> {
  let last: unknown;
  const found = await until(
    () =>
      read().then(
        (value) => ({ value }),
        (error: unknown) => void (last = error),
      ),
    { withinMs },
  );
  if (found) return found.value;
  throw last;
}
