import { retry } from '@millrace/contracts/retry';
import { startTimer } from '@millrace/contracts/timers';
import type { Admin } from 'kafkajs';
import type { Broker, TopicSpec } from '@millrace/broker';
import { BrokerError } from '@millrace/broker';
import type { KafkaSettings, LogFunction } from './config.js';
import { ConcurrentConsumption } from './ownership/consumption.js';
import { GroupConsumption } from './ownership/group-consumption.js';
import { Clients, isNotReady, isPassing, kafkajs, kindOf } from './kafkajs.js';
import { OrderedPartition } from './ownership/ordered-partition.js';
import { Publisher } from './produce/publisher.js';
import { WHILE_KAFKA_STARTS } from './while-kafka-starts.js';
import { tail } from './fetch/tail.js';
import { KafkaInspection } from './inspection.js';
import type { KafkaContext } from './ownership/tenure.js';
import { asBrokerError, TopicMetadata } from './topics.js';

/** Kafka's own default for `message.max.bytes`: a batch of one record must fit. */
const DEFAULT_MESSAGE_BYTES = 1_048_588;
const BATCH_OVERHEAD = 512;
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
const BATCH_BYTES = 900_000;
const HEALTHY_WITHIN_MS = 5_000;
/** Kafka compacts closed segments only, and closes one after a week or a gigabyte unless told otherwise. */
const CHURNING = Object.entries({
  'segment.ms': '600000',
  'segment.bytes': '67108864',
  'min.cleanable.dirty.ratio': '0.1',
  'delete.retention.ms': '3600000',
}).map(([name, value]) => ({ name, value }));

/**
 * A broker on Apache Kafka, exactly once: answers and offsets are committed in one transaction. Connects at once.
 * @throws {BrokerError} `BROKER_UNAVAILABLE` when no broker can be reached
 */
export function kafkaBroker(settings: KafkaSettings): Promise<Broker> {
  return brokerOver(new Clients(settings), settings);
}

/** `kafkaBroker` over clients that the caller made, and that it disposes of when it ends. */
export async function brokerOver(clients: Clients, settings: KafkaSettings): Promise<Broker> {
  const log: LogFunction = settings.log ?? (() => undefined);
  const admin = clients.kafka.admin();
  let topics: TopicMetadata;
  try {
    await admin.connect();
    topics = await TopicMetadata.connect(clients, log);
  } catch (cause) {
    await admin.disconnect().catch(() => undefined);
    clients[Symbol.dispose]();
    const message = `Kafka cannot be reached at ${settings.brokers.join(', ')} (${kindOf(cause)}). Check KAFKA_BROKERS, and that it runs.`;
    throw new BrokerError('BROKER_UNAVAILABLE', message, { cause });
  }
  const messageBytes = await messageMaxBytes(admin, log);
  const runtime: KafkaContext = {
    clients,
    topics,
    transactionalIdPrefix: settings.transactionalIdPrefix,
    transactionTimeoutMs: settings.transactionTimeoutMs ?? 30_000,
    sessionTimeoutMs: settings.sessionTimeoutMs ?? 10_000,
    handOverMs: settings.handOverMs ?? 20_000,
    maxRecordBytes: messageBytes - BATCH_OVERHEAD,
    maxUnpackedBytes: settings.maxUnpackedBytes ?? MAX_UNPACKED_BYTES,
    maxBatchBytes: Math.min(BATCH_BYTES, messageBytes - BATCH_OVERHEAD),
    log,
    onMember: settings.onMember ?? (() => undefined),
    onMetric: settings.onMetric ?? (() => undefined),
  };
  return new KafkaBroker(runtime, admin);
}

class KafkaBroker implements Broker {
  readonly kind = 'kafka';
  readonly maxRecordBytes: number;
  private readonly publisher: Publisher;
  private readonly inspection: KafkaInspection;
  private readonly open = new Set<AsyncDisposable>();
  private readonly calls = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly runtime: KafkaContext,
    private readonly admin: Admin,
  ) {
    this.maxRecordBytes = runtime.maxRecordBytes;
    this.publisher = new Publisher(runtime);
    this.inspection = new KafkaInspection(runtime, admin);
  }

  async healthy(): Promise<boolean> {
    if (this.closing) return false;
    return new Promise((resolve) => {
      const timer = startTimer(HEALTHY_WITHIN_MS, () => resolve(false));
      const answer = (healthy: boolean): void => {
        timer.stop();
        resolve(healthy);
      };
      this.during(this.admin.describeCluster()).then(
        ({ brokers }) => answer(brokers.length > 0),
        () => answer(false),
      );
    });
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    // A topic that was made a moment ago, here or by another service, is not known to every part of Kafka at once.
    return this.question(
      () => this.createMissing(specs),
      (error) => isPassing(error) || isUnknownTopic(error),
    );
  }

  private async createMissing(specs: readonly TopicSpec[]): Promise<void> {
    const existing = new Set(await this.admin.listTopics());
    const missing = specs.filter(({ name }) => !existing.has(name));
    if (missing.length > 0) {
      await this.admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ name, partitions, compacted, churns }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: -1, // what the cluster has as its default
          ...(compacted && {
            configEntries: [{ name: 'cleanup.policy', value: 'compact' }, ...(churns ? CHURNING : [])],
          }),
        })),
      });
    }
    for (const { name } of specs) await this.runtime.topics.partitionsOf(name);
    // Where a log ends only its leader can say: until then it refuses what is published.
    for (const { name } of missing) await this.runtime.topics.ranges(name);
  }

  partitionsOf(topic: string): Promise<number> {
    return this.during(this.runtime.topics.partitionsOf(topic));
  }

  publish(...[records]: Parameters<Broker['publish']>): Promise<void> {
    return this.publisher.publish(records);
  }

  async consume(...[from, handle]: Parameters<Broker['consume']>): ReturnType<Broker['consume']> {
    await this.runtime.topics.partitionsOf(from.topic);
    return this.keep(ConcurrentConsumption.start(this.runtime, this.admin, { from, handle }));
  }

  async consumeInOrder(...[from]: Parameters<Broker['consumeInOrder']>): ReturnType<Broker['consumeInOrder']> {
    await this.runtime.topics.partitionsOf(from.topic);
    const consumption = new GroupConsumption(
      this.runtime,
      from,
      (partition, shared) => new OrderedPartition(partition, from, shared),
    );
    consumption.begin(this.admin);
    return this.keep(consumption);
  }

  async tail(...[topics, from, see]: Parameters<Broker['tail']>): ReturnType<Broker['tail']> {
    return this.keep(await this.during(tail(this.runtime, { topics, from, see })));
  }

  topics(prefix: string): ReturnType<Broker['topics']> {
    return this.question(() => this.inspection.topics(prefix));
  }

  ranges(topic: string): ReturnType<Broker['ranges']> {
    return this.during(this.inspection.ranges(topic));
  }

  offsetsAt(topic: string, time: number): ReturnType<Broker['offsetsAt']> {
    return this.during(this.inspection.offsetsAt(topic, time));
  }

  browse(...[at]: Parameters<Broker['browse']>): ReturnType<Broker['browse']> {
    return this.during(this.inspection.browse(at));
  }

  groups(topic: string): ReturnType<Broker['groups']> {
    return this.question(() => this.inspection.groups(topic));
  }

  consumers(group: string): Promise<number> {
    return this.question(() => this.inspection.consumers(group));
  }

  lag(group: string, topic: string): ReturnType<Broker['lag']> {
    return this.question(() => this.inspection.lag(group, topic));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.closing ??= this.close());
  }

  private async close(): Promise<void> {
    await Promise.all([...this.open].map((one) => one[Symbol.asyncDispose]()));
    await this.publisher.close();
    await Promise.allSettled(this.calls);
    await this.runtime.topics.close();
    await this.admin.disconnect();
    this.runtime.clients[Symbol.dispose]();
  }

  /** Asks what a Kafka that is starting, or has lost a broker, may refuse to answer for a while. Where none answers, kafkajs has tried enough. */
  private question<T>(ask: () => Promise<T>, isPassing = isNotReady): Promise<T> {
    const mayPass = (error: unknown): boolean => !this.closing && isPassing(error);
    return this.during(retry({ ...WHILE_KAFKA_STARTS, mayPass }, ask));
  }

  /** Remembers a call until it is over, and tells what goes wrong in the port's words. */
  private during<T>(call: Promise<T>): Promise<T> {
    const over = call
      .catch((error: unknown) => {
        throw asBrokerError(error);
      })
      .finally(() => this.calls.delete(over));
    this.calls.add(over);
    return over;
  }

  private keep<T extends AsyncDisposable>(one: T): T {
    this.open.add(one);
    return one;
  }
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC';
}

async function messageMaxBytes(admin: Admin, log: LogFunction): Promise<number> {
  try {
    const { controller } = await admin.describeCluster();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: kafkajs.ConfigResourceTypes.BROKER, name: String(controller), configNames: ['message.max.bytes'] },
      ],
    });
    return Number(resources[0]?.configEntries[0]?.configValue) || DEFAULT_MESSAGE_BYTES;
  } catch (error) {
    log('info', "Kafka does not say its message.max.bytes; taking Kafka's default", { error: kindOf(error) });
    return DEFAULT_MESSAGE_BYTES;
  }
}
