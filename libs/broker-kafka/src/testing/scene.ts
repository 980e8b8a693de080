import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Outgoing } from '@millrace/broker';
import type { KafkaSettings } from '../config.js';
import { Clients, isPassing } from '../kafkajs.js';
import { type GroupPartition, TransactionalProducer } from '../produce/transactional-producer.js';
import { Proxy } from './proxy.js';

/** New topics, each with so many partitions. */
export async function topicsOn(broker: Broker, partitions: number, count = 2): Promise<string[]> {
  const names = Array.from({ length: count }, () => `test-${randomUUID()}`);
  await broker.ensureTopics(names.map((name) => ({ name, partitions })));
  return names;
}

export async function until(what: string, met: () => boolean | Promise<boolean>, ms = 50_000): Promise<void> {
  for (const since = Date.now(); !(await met()); await sleep(20))
    if (Date.now() - since > ms) throw new Error(`Not within ${ms} ms: ${what}`);
}

/** The values of all committed records of a topic, sorted. */
export async function everything(broker: Broker, topic: string): Promise<string[]> {
  const found: string[] = [];
  for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++) {
    const records = await broker.browse({ topic, partition, offset: 0, limit: 100_000 });
    found.push(...records.map(({ value }) => String(value)));
  }
  return found.sort();
}

export const numbered = (topic: string, from: number, count: number): Outgoing[] =>
  Array.from({ length: count }, (_, i) => ({ topic, key: `key-${from + i}`, value: `${from + i}` }));

/** Returns the values of `numbered` from 0, as `everything` returns them. */
export const values = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`).sort();

/** Opened once, for everybody who waits. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** The tests' Kafka (one broker, on this machine) through a network in which single requests can be lost or delayed. */
export interface Network extends AsyncDisposable {
  readonly proxy: Proxy;
  readonly clients: Clients;
}

export async function networkTo(settings: KafkaSettings): Promise<Network> {
  const port = Number(settings.brokers[0]?.split(':')[1]);
  const proxy = await Proxy.open({ to: () => port, speaksKafka: true });
  const clients = new Clients(settings, ({ onConnect }) => connect({ host: '127.0.0.1', port: proxy.port }, onConnect));
  return { proxy, clients, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

/** Longer than any test waits. */
const LONG_MS = 300_000;

/** Makes the producer that may commit for a partition from now on, and fences the one before. */
export async function ownerOf(
  place: GroupPartition,
  clients: Clients,
  timeoutMs = LONG_MS,
): Promise<TransactionalProducer> {
  for (;;) {
    const options = { transactionalId: place.group, timeoutMs, maxBatchBytes: 900_000 };
    const producer = new TransactionalProducer(clients, place, options);
    try {
      await producer.open();
      return producer;
    } catch (error) {
      await producer.close();
      // A Kafka that has never seen a transaction is not ready for the first.
      if (!isPassing(error)) throw error;
    }
  }
}
