import { randomUUID } from 'node:crypto';
import { partitionFor } from '@millrace/broker';
import { kafkaBroker } from '../kafka-broker.js';
import { Clients } from '../kafkajs.js';
import { testSettings } from '../testing/config.js';
import { topicsOn, until } from '../testing/scene.js';

const settings = testSettings();

/** Gives a topic so many partitions, as an operator does. */
async function grow(topic: string, count: number): Promise<void> {
  using clients = new Clients(settings);
  const admin = clients.kafka.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await admin.disconnect();
}

test('partitions that are added to a topic are written to, and read by everybody who reads it, without a restart', async () => {
  await using one = await kafkaBroker(settings);
  await using two = await kafkaBroker(settings);
  const [topic] = (await topicsOn(one, 2, 1)) as [string];
  const group = randomUUID();
  const handled: string[] = [];
  const taken: string[] = [];
  const seen: string[] = [];
  const handle = async ({ value }: { value: Buffer | null }) => {
    handled.push(String(value));
    return [];
  };
  for (const broker of [one, two]) await broker.consume({ topic, group, concurrency: 10 }, handle);
  await two.consumeInOrder({
    topic,
    group: randomUUID(),
    maxBatch: 10,
    take: async ({ records }) => {
      for (const { value } of records) taken.push(String(value));
      return [];
    },
  });
  await two.tail([topic], 'end', ({ value }) => seen.push(String(value)));
  await one.publish([0, 1].map((partition) => ({ topic, partition, key: null, value: `before ${partition}` })));
  const all = () => [handled, taken, seen];
  await until('all read', () => all().every(({ length }) => length === 2));

  await grow(topic, 8);
  await until(
    'both know of them',
    async () => (await one.partitionsOf(topic)) + (await two.partitionsOf(topic)) === 16,
  );
  const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
  await one.publish(keys.map((key) => ({ topic, key, value: key })));
  await until('what is in the new partitions is read by all', () => all().every(({ length }) => length === 42));
  for (const values of all()) expect(values.slice(2).sort()).toEqual([...keys].sort());
  const partitions = new Set(keys.map((key) => partitionFor(key, 8)));
  expect(partitions.size).toBe(8);
});

test('an answer goes to partitions that were added while its producer was there', async () => {
  await using broker = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(broker, 1)) as [string, string];
  let takeovers = 0;
  await using counting = await kafkaBroker({ ...settings, onMetric: ({ name }) => name === 'takeover' && takeovers++ });
  const copy = async ({ key, value }: { key: Buffer | null; value: Buffer | null }) => [{ topic: to, key, value }];
  await counting.consume({ topic: from, group: randomUUID(), concurrency: 10 }, copy);
  await broker.publish([{ topic: from, key: 'a', value: 'first' }]);
  const first = async () => (await broker.browse({ topic: to, partition: 0, offset: 0, limit: 10 })).length;
  await until('the producer has written', async () => (await first()) === 1);
  await grow(to, 3);
  await until(
    'it is known',
    async () => (await counting.partitionsOf(to)) === 3 && (await broker.partitionsOf(to)) === 3,
  );
  const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
  await broker.publish(keys.map((key) => ({ topic: from, key, value: key })));
  for (const partition of [0, 1, 2]) {
    const expected = keys.filter((key) => partitionFor(key, 3) === partition);
    const values = async () =>
      (await broker.browse({ topic: to, partition, offset: 0, limit: 100 }))
        .map(({ value }) => String(value))
        .filter((value) => value !== 'first');
    await until('all are there', async () => (await values()).length === expected.length);
    expect((await values()).sort()).toEqual(expected.sort());
  }
  expect(takeovers).toBe(1);
});
