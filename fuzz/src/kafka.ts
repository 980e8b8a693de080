import type { Broker } from '@millrace/broker';
import { CompressedProducer } from '@millrace/broker-kafka/compressed';
import { kafkaBroker } from '@millrace/broker-kafka';
import { groupsOf, randomId } from '@millrace/contracts';
import { install, type Installation } from '@millrace/e2e/installation';
import { peakMegabytesOf } from './memory.js';
import { foreignTopicsOf } from './foreign-topics.js';
import type { Target } from './target.js';

/** The pipelines beside the witness; the stages of each share a process. */
const OTHERS = ['agent', 'content-moderation', 'document-ingestion', 'invoice-processing'];

/** Those of the fuzzer. */
const OWN = new URL('../dist/pipelines.js', import.meta.url).href;

/** Servers that an installation runs on. */
export interface Servers {
  /** Addresses of Kafka, separated by commas. */
  readonly brokers: string;
  /** A PostgreSQL in which databases can be made. */
  readonly database: string;
}

/** Starts all of Millrace on Kafka and PostgreSQL, each service in a process of its own, apart from all else that is on those servers. */
export async function startOnKafka(servers: Servers): Promise<Target> {
  await using opening = new AsyncDisposableStack();
  const prefix = `${randomId('fuzz').slice(0, 12)}.`;
  await makeTriggers(servers, prefix);
  const installation = opening.use(
    await install({
      servers,
      prefix,
      others: Object.fromEntries(OTHERS.map((name) => [name, `pipelines/${name}/dist/main.js`])),
      env: { PIPELINES: [...['support-email', ...OTHERS].map((name) => `@millrace/${name}`), OWN].join(',') },
    }),
  );
  const { broker, topics, gateway, services } = installation;
  const compressed = opening.use(await CompressedProducer.connect(servers.brokers.split(',')));
  const partitions = await broker.partitionsOf(topics.intake);
  const began = new Map([...services].map(([name, { pid }]) => [name, pid]));
  const opened = opening.move();
  return {
    url: gateway,
    health: [...services.values()].map(({ url }) => url),
    topics,
    foreign: foreignTopicsOf(prefix),
    groups: groupsOf(prefix),
    partitions,
    publish: (records) => broker.publish(records),
    publishCompressed: (batch) => compressed.publish(batch),
    behind: (pairs) => behindOn(broker, pairs),
    read: async (topic, limit) => {
      const pages = Array.from({ length: await broker.partitionsOf(topic) }, (_, partition) =>
        broker.browse({ topic, partition, offset: 0, limit }),
      );
      return (await Promise.all(pages)).flat().map(({ value }) => value?.toString() ?? null);
    },
    peakMegabytes: async () => {
      const ended = [...services].filter(([name, { pid }]) => pid !== began.get(name)).map(([name]) => name);
      if (ended.length > 0) throw new Error(`the process of ${ended.join(', ')} has ended`);
      return Math.max(...(await Promise.all([...began.values()].map(peakMegabytesOf))));
    },
    said: () => saidBy(installation),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Topics that pipelines read have to be there before these are deployed. */
async function makeTriggers({ brokers }: Servers, prefix: string): Promise<void> {
  await using broker = await kafkaBroker({
    ...{ brokers: brokers.split(','), clientId: 'fuzz', transactionalIdPrefix: prefix },
  });
  await broker.ensureTopics(Object.values(foreignTopicsOf(prefix)).map((name) => ({ name, partitions: 1 })));
}

async function behindOn(broker: Broker, pairs: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const lags = await Promise.all(
    pairs.map(async ([group, topic]) => {
      const backlog = (await broker.lag(group, topic)).reduce((sum, one) => sum + one.backlog, 0);
      return { group, backlog };
    }),
  );
  return lags.filter(({ backlog }) => backlog > 0).map(({ group, backlog }) => `${group} (${backlog} records)`);
}

const saidBy = ({ services }: Installation): string =>
  [...services]
    .flatMap(([name, { said }]) => {
      const lines = said.split('\n').filter((line) => line !== '');
      return lines.slice(-2).map((line) => `${name}: ${line.slice(0, 1_000)}`);
    })
    .join('\n');
