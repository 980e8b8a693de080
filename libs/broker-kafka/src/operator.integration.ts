import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import type { Broker } from '@millrace/broker';
import { brokerOver, kafkaBroker } from './kafka-broker.js';
import { Clients, kafkajs } from './kafkajs.js';
import { testSettings } from './testing/config.js';
import { networkTo, topicsOn, until } from './testing/scene.js';

const settings = testSettings();

interface Scene extends AsyncDisposable {
  readonly broker: Broker;
  readonly admin: Admin;
  readonly topic: string;
  /** Publishes so many records, and waits until each reader has seen them. */
  goesOn(count: number): Promise<void>;
}

/** A topic with somebody who publishes to it and everybody who can read it, in processes of their own. */
async function scene(partitions: number): Promise<Scene> {
  await using opening = new AsyncDisposableStack();
  const broker = opening.use(await kafkaBroker(settings));
  const reader = opening.use(await kafkaBroker(settings));
  const clients = opening.use(new Clients(settings));
  const admin = clients.kafka.admin();
  await admin.connect();
  opening.defer(() => admin.disconnect());
  const [topic] = (await topicsOn(broker, partitions, 1)) as [string];
  const seen = { handled: new Set<string>(), taken: new Set<string>(), followed: new Set<string>() };
  await reader.consume({ topic, group: randomUUID(), concurrency: 10 }, async ({ value }) => {
    seen.handled.add(String(value));
    return [];
  });
  await reader.consumeInOrder({
    topic,
    group: randomUUID(),
    maxBatch: 10,
    take: async ({ records }) => {
      for (const { value } of records) seen.taken.add(String(value));
      return [];
    },
  });
  await reader.tail([topic], 'start', ({ value }) => seen.followed.add(String(value)));
  let next = 0;
  const goesOn = async (count: number): Promise<void> => {
    const values = Array.from({ length: count }, () => `value ${next++}`);
    const publish = () => broker.publish(values.map((value) => ({ topic, key: value, value })));
    // What is not confirmed is published again, as the error says.
    await until('they are published', () =>
      publish().then(
        () => true,
        () => false,
      ),
    );
    for (const [how, set] of Object.entries(seen))
      await until(`all are ${how}`, () => values.every((value) => set.has(value)));
  };
  const opened = opening.move();
  return { broker, admin, topic, goesOn, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const configure = (admin: Admin, topic: string, name: string, value: string) =>
  admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }],
  });

test.each([
  ['compression.type', 'lz4'],
  ['message.timestamp.type', 'LogAppendTime'],
  ['cleanup.policy', 'compact'],
  ['retention.ms', '1'],
  ['segment.ms', '1'],
])('a topic is read on while its %s is changed to %s', async (name, value) => {
  await using at = await scene(2);
  await at.goesOn(20);
  await configure(at.admin, at.topic, name, value);
  for (let round = 0; round < 3; round++) await at.goesOn(20);
});

test('records that are deleted before their group has read them are passed over, and what is behind them is read', async () => {
  await using at = await scene(1);
  const handled: string[] = [];
  const group = randomUUID();
  const consume = () =>
    at.broker.consume({ topic: at.topic, group, concurrency: 1 }, async ({ value }) => {
      handled.push(String(value));
      return [];
    });
  const publish = (value: string) => at.broker.publish([{ topic: at.topic, key: null, value }]);
  await publish('read');
  const first = await consume();
  await until('the group has an offset', () => handled.length === 1);
  await first.drain(10_000);
  await publish('deleted');
  await at.admin.fetchTopicMetadata({ topics: [at.topic] });
  await at.admin.deleteTopicRecords({ topic: at.topic, partitions: [{ partition: 0, offset: '-1' }] });
  await publish('behind it');
  await using _second = await consume();
  await until('it goes on', () => handled.length === 2);
  expect(handled).toEqual(['read', 'behind it']);
  await at.goesOn(5);
});

test.each([
  ['as many', 3],
  ['fewer', 1],
  ['more', 6],
])('a topic that is deleted and made anew with %s partitions is written to and read again', async (_, partitions) => {
  await using at = await scene(3);
  await at.goesOn(30);
  await at.admin.deleteTopics({ topics: [at.topic] });
  await until('it is made anew', () =>
    at.admin.createTopics({ topics: [{ topic: at.topic, numPartitions: partitions }] }).then(
      () => true,
      () => false,
    ),
  );
  // Fewer than each partition held before: a reader knows a log that ends before its offset for another one.
  for (let round = 0; round < 3; round++) await at.goesOn(2);
});

test('a topic that is gone for a while holds nothing up but itself', async () => {
  await using at = await scene(1);
  const [other] = (await topicsOn(at.broker, 2, 1)) as [string];
  await at.goesOn(10);
  await at.admin.deleteTopics({ topics: [at.topic] });
  await at.broker.publish([{ topic: other, key: 'a', value: 'b' }]);
  expect(await at.broker.lag(randomUUID(), other)).toHaveLength(2);
  await until('it is known to be gone', () =>
    at.broker.partitionsOf(at.topic).then(
      () => false,
      () => true,
    ),
  );
  await at.broker.publish([{ topic: other, key: 'a', value: 'c' }]);
  expect((await at.broker.lag(randomUUID(), other)).reduce((sum, { end }) => sum + end, 0)).toBe(2);
  await at.admin.createTopics({ topics: [{ topic: at.topic, numPartitions: 1 }] });
  await at.goesOn(5);
});

test('a group whose coordinator has just moved is asked about again', async () => {
  await using network = await networkTo(settings);
  await using broker = await brokerOver(network.clients, settings);
  const [topic] = (await topicsOn(broker, 2, 1)) as [string];
  const refusals = network.proxy.set({
    api: 'offsetFetch',
    mishap: 'refused',
    count: 3,
    hold: () => Promise.resolve(),
  });
  const lag = await broker.lag(randomUUID(), topic);
  expect(refusals.requests).toBe(3);
  expect(lag.map(({ committed }) => committed)).toEqual([null, null]);
});
