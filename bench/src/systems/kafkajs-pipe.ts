// A process of its own: carries records from each topic to the next one, with nothing but kafkajs.
import { present } from '@millrace/contracts';
import type { Consumer, EachBatchPayload, Kafka, Producer } from 'kafkajs';
import { beChild } from '../child.js';
import { joining, kafkaOf, MAX_WAIT_MS } from './kafka-client.js';

export interface PipeOptions {
  readonly delivery: 'at-least-once' | 'transactional';
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly partitions: number;
}

type Carry = (payload: EachBatchPayload) => Promise<void>;

interface Hop {
  readonly from: string;
  readonly to: string;
  readonly group: string;
  readonly partitions: number;
}

beChild<PipeOptions>(async ({ delivery, brokers, topics, partitions }, ending) => {
  const kafka = kafkaOf(brokers);
  const hops = topics
    .slice(0, -1)
    .map((from, hop): Hop => ({ from, to: present(topics[hop + 1], 'next topic'), group: `${from}-hop`, partitions }));
  const consumers = await Promise.all(
    hops.map(async (hop) => {
      const producers = await producersOf(kafka, hop, delivery);
      for (const producer of producers) ending.defer(() => producer.disconnect());
      const carry = delivery === 'transactional' ? inTransactions(hop, producers) : plainly(hop, producers);
      return consume(kafka, hop, { carry, autoCommit: delivery === 'at-least-once' });
    }),
  );
  ending.defer(async () => void (await Promise.all(consumers.map((consumer) => consumer.disconnect()))));
  return 'ready';
});

/** A transactional producer for each partition, so that partitions do not wait for each other; else one for all. */
async function producersOf(kafka: Kafka, hop: Hop, delivery: PipeOptions['delivery']): Promise<readonly Producer[]> {
  const producers =
    delivery === 'at-least-once'
      ? [kafka.producer()]
      : Array.from({ length: hop.partitions }, (_, partition) =>
          kafka.producer({ transactionalId: `${hop.group}-${partition}`, idempotent: true, maxInFlightRequests: 1 }),
        );
  await Promise.all(producers.map((producer) => producer.connect()));
  return producers;
}

async function consume(kafka: Kafka, hop: Hop, options: { carry: Carry; autoCommit: boolean }): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId: hop.group, maxWaitTimeInMs: MAX_WAIT_MS });
  await consumer.connect();
  await consumer.subscribe({ topic: hop.from, fromBeginning: true });
  const joined = joining(consumer);
  await consumer.run({
    autoCommit: options.autoCommit,
    partitionsConsumedConcurrently: hop.partitions,
    eachBatch: options.carry,
  });
  await joined;
  return consumer;
}

const answerTo = ({ batch }: EachBatchPayload) =>
  batch.messages.map(({ key, value, headers }) => ({ key, value, headers }));

function plainly({ to }: Hop, [producer]: readonly Producer[]): Carry {
  return async (payload) => void (await present(producer, 'producer').send({ topic: to, messages: answerTo(payload) }));
}

function inTransactions({ from, to, group }: Hop, producers: readonly Producer[]): Carry {
  return async (payload) => {
    const { partition } = payload.batch;
    const offset = String(BigInt(payload.batch.lastOffset()) + 1n);
    const transaction = await present(producers[partition], `producer of partition ${partition}`).transaction();
    try {
      await transaction.send({ topic: to, messages: answerTo(payload) });
      await transaction.sendOffsets({
        consumerGroupId: group,
        topics: [{ topic: from, partitions: [{ partition, offset }] }],
      });
      await transaction.commit();
    } catch (error) {
      await transaction.abort();
      throw error;
    }
  };
}
