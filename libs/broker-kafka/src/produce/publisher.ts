import { sleep } from '@millrace/contracts/timers';
import { BrokerError, type Outgoing, refuseTooLarge } from '@millrace/broker';
import { isRefusal, kindOf, messageOf } from '../kafkajs.js';
import { Producer } from './producer.js';
import { route } from './routing.js';
import type { KafkaContext } from '../ownership/tenure.js';

interface Waiting {
  readonly records: readonly Outgoing[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const AT_ONCE = 5_000;
const OPENING_MS = 20_000;

/**
 * Publishes outside any transaction, acknowledged by all in-sync replicas. One send is under way at a time, and whoever
 * publishes meanwhile goes along with the next: alone it waits for nobody, and under load it batches by itself.
 */
export class Publisher {
  private producer: Producer | undefined;
  private waiting: Waiting[] = [];
  private sending: Promise<void> | undefined;
  private closed = false;
  /** The number of the next publications that are sent alone: after Kafka has refused several together, that shows which it refuses. */
  private alone = 0;
  private readonly burials = new Set<Promise<void>>();

  constructor(private readonly runtime: KafkaContext) {}

  async publish(records: readonly Outgoing[]): Promise<void> {
    if (records.length === 0) return;
    if (this.closed) throw unavailable(new Error('This broker has been closed'));
    refuseTooLarge(records, this.runtime.maxRecordBytes);
    try {
      for (const { topic } of records)
        if (this.runtime.topics.known(topic) === undefined) await this.runtime.topics.partitionsOf(topic);
    } catch (error) {
      throw error instanceof BrokerError ? error : unavailable(error);
    }
    const sent = new Promise<void>((resolve, reject) => this.waiting.push({ records, resolve, reject }));
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
    return sent;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.sending;
    this.discard();
    await Promise.all(this.burials);
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.next();
      const [first] = batch;
      const records = first && batch.length === 1 ? first.records : batch.flatMap((one) => one.records);
      try {
        const routed = await route(records, this.runtime.topics);
        const producer = (this.producer ??= await this.open());
        await producer.publish(routed);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.discard();
        const refused = batch.length === 1 ? refusalOf(error) : undefined;
        if (batch.length > 1 && isRefusal(error)) this.alone = batch.length;
        for (const { reject } of batch) reject(refused ?? unavailable(error));
      }
    }
  }

  private next(): Waiting[] {
    if (this.alone > 0) {
      this.alone--;
      return this.waiting.splice(0, 1);
    }
    let sum = 0;
    const over = this.waiting.findIndex(({ records }, at) => (sum += records.length) > AT_ONCE && at > 0);
    return this.waiting.splice(0, over < 0 ? this.waiting.length : over);
  }

  private async open(): Promise<Producer> {
    const { clients, maxBatchBytes, log } = this.runtime;
    for (const since = performance.now(); ; await sleep(200)) {
      const producer = new Producer(clients, null, maxBatchBytes);
      try {
        await producer.open();
        return producer;
      } catch (error) {
        this.bury(producer);
        if (this.closed || performance.now() - since > OPENING_MS) throw error;
        log('info', 'Publishing has to wait for Kafka', { error: kindOf(error), reason: messageOf(error) });
      }
    }
  }

  /** Discards the producer: a delayed part of a failed send must not meet the next send, so that has another identity. */
  private discard(): void {
    if (this.producer) this.bury(this.producer);
    this.producer = undefined;
  }

  private bury(producer: Producer): void {
    const closed = producer
      .close()
      .catch(() => undefined)
      .finally(() => this.burials.delete(closed));
    this.burials.add(closed);
  }
}

function unavailable(cause: unknown): BrokerError {
  const message = `Kafka did not confirm these records (${kindOf(cause)}), and they may have arrived or not. Publish them again: with the same ids, what arrived twice is seen once.`;
  return new BrokerError('BROKER_UNAVAILABLE', message, { cause });
}

/** A topic's own limit may be lower than the one that this broker was given; a compacted topic takes no record without a key. */
function refusalOf(cause: unknown): BrokerError | undefined {
  const kind = kindOf(cause);
  if (kind === 'MESSAGE_TOO_LARGE' || kind === 'RECORD_LIST_TOO_LARGE')
    return new BrokerError(
      'RECORD_TOO_LARGE',
      `Kafka refuses these records (${kind}): compare the topic's max.message.bytes with KAFKA_MAX_RECORD_BYTES.`,
      { cause },
    );
  if (kind !== 'INVALID_RECORD') return undefined;
  const message = `Kafka refuses these records (${kind}): a compacted topic takes no record without a key, and a topic may check what it takes.`;
  return new BrokerError('RECORD_REFUSED', message, { cause });
}
