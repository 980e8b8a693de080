import { type Consumer, Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { BenchClient, portionOf } from '../client.js';
import type { BenchContext } from '../system.js';

/** Fetches are answered as soon as there is anything; this is for how long they wait when there is nothing. */
export const MAX_WAIT_MS = 50;

/** kafkajs tries again after 300 ms by itself; what is retried here is over in a few. */
export const kafkaOf = (brokers: readonly string[]): Kafka =>
  new Kafka({
    clientId: 'bench',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 500, retries: 20 },
  });

/**
 * Resolves when the consumer has joined its group, and rejects when it has given up for good, of which `run` says nothing.
 * Asked for before it runs.
 */
export function joining(consumer: Consumer): Promise<void> {
  const joined = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) reject(error);
    });
  });
  joined.catch(() => undefined);
  return joined;
}

export interface KafkaClientOptions {
  readonly payloadBytes: number;
  readonly into: string;
  readonly from: string;
  readonly messageOf: (run: number) => Message;
  /** The run that a result belongs to. */
  readonly runOf: (value: Buffer) => number;
}

/**
 * Publishes with all replicas' acknowledgement and reads committed results, by bare kafkajs whatever the system: the
 * client is the same for all that are on Kafka.
 */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly client: BenchClient;
  private readonly producer: Producer;
  private readonly consumer: Consumer;

  constructor(
    private readonly at: BenchContext,
    private readonly options: KafkaClientOptions,
  ) {
    this.kafka = kafkaOf(at.brokers);
    this.producer = this.kafka.producer();
    this.consumer = this.kafka.consumer({ groupId: `${at.name}-client`, maxWaitTimeInMs: MAX_WAIT_MS });
    this.client = new BenchClient((runs) => this.publish(runs), portionOf(options.payloadBytes));
  }

  /** The topics have to exist. */
  async start(): Promise<void> {
    await this.producer.connect();
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.options.from, fromBeginning: true });
    const joined = joining(this.consumer);
    await this.consumer.run({
      eachBatch: ({ batch }) => {
        for (const { value } of batch.messages) if (value) this.client.arrived(this.options.runOf(value));
        return Promise.resolve();
      },
    });
    await joined;
  }

  /** Also removes all topics of the measurement. */
  async stop(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.consumer.disconnect()]);
    const admin = this.kafka.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${this.at.name}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await admin.disconnect();
  }

  private async publish(runs: readonly number[]): Promise<void> {
    await this.producer.send({ topic: this.options.into, messages: runs.map(this.options.messageOf) });
  }
}
