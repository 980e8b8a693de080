import { randomUUID } from 'node:crypto';
import { brokerOver, kafkaBroker } from './kafka-broker.js';
import { kafkajs, kindOf, protocolError } from './kafkajs.js';
import { route } from './produce/routing.js';
import { testSettings } from './testing/config.js';
import { everything, gate, networkTo, numbered, ownerOf, topicsOn, until, values } from './testing/scene.js';
import { TopicMetadata } from './topics.js';

/*
 * Shows the faults of kafkajs 2.2.4, and what it leaves to its user: first without our remedy, then with it. Aborted records that
 * it lets through are in exactly-once.integration.ts.
 */
const settings = testSettings();
const at = { hold: () => Promise.resolve() };
/** Returns the error code of a response to EndTxn. */
const errorCodeOf = (answer: Buffer): number => answer.readInt16BE(12);

test('a record that is acknowledged after a failed send is in the log, where kafkajs has used its sequence before', async () => {
  await using sure = await kafkaBroker(settings);
  const [topic] = (await topicsOn(sure, 1, 1)) as [string];
  await using network = await networkTo(settings);

  const plain = network.clients.kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { retries: 1, initialRetryTime: 10 },
  });
  await plain.connect();
  network.proxy.set({ ...at, api: 'produce', mishap: 'unanswered', count: 2 });
  await expect(plain.send({ topic, messages: [{ value: 'unsure 1' }] })).rejects.toThrow();
  await plain.send({ topic, messages: [{ value: 'acknowledged 1' }] });
  await plain.disconnect();
  expect(await everything(sure, topic)).toEqual(['unsure 1']);

  await using broker = await brokerOver(network.clients, settings);
  network.proxy.set({ ...at, api: 'produce', mishap: 'unanswered', count: 1 });
  const send = (value: string) => broker.publish([{ topic, key: null, value }]);
  await expect(send('unsure 2')).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  await send('acknowledged 2');
  expect(await everything(sure, topic)).toEqual(['acknowledged 2', 'unsure 1', 'unsure 2']);
});

describe('an end of a transaction that arrives late', () => {
  test('commits half of the next one where a producer goes on after an error', async () => {
    await using sure = await kafkaBroker(settings);
    const [from, to] = (await topicsOn(sure, 1)) as [string, string];
    await using network = await networkTo(settings);
    const topics = await TopicMetadata.connect(network.clients);
    const place = { group: randomUUID(), topic: from, partition: 0 };
    const write = (value: string) => route([{ topic: to, key: null, value }], topics);
    const producer = await ownerOf(place, network.clients);
    const arrival = gate();
    const end = network.proxy.set({ api: 'endTxn', mishap: 'late', count: 1, hold: () => arrival.opened });
    await expect(producer.commit(await write('one'), { offset: 1, metadata: '' })).rejects.toThrow();

    // Of its next transaction the record is written, and the offset is not.
    await producer.publish(await write('two'));
    arrival.open();
    await until('the end has arrived', () => end.answers.length === 1);
    await producer.close();
    const next = await ownerOf(place, network.clients);
    expect(errorCodeOf(end.answers[0]!)).toBe(0);
    expect([(await next.committed()).offset, await everything(sure, to)]).toEqual([1, ['one', 'two']]);
    await next.close();
    await topics.close();
  });

  test('changes nothing, because an error ends the epoch that it belongs to', async () => {
    await using sure = await kafkaBroker(settings);
    const [from, to] = (await topicsOn(sure, 1)) as [string, string];
    await using network = await networkTo(settings);
    const arrival = gate();
    const inTheMiddle = async () => {
      arrival.open();
      await until('the end has arrived', () => end.answers.length === 1);
    };
    const late = () => {
      network.proxy.set({ api: 'txnOffsetCommit', mishap: 'slow', count: 1, hold: inTheMiddle });
      return arrival.opened;
    };
    const end = network.proxy.set({ api: 'endTxn', mishap: 'late', count: 1, hold: late });
    await using broker = await brokerOver(network.clients, settings);
    const group = randomUUID();
    await using _stage = await broker.consume({ topic: from, group, concurrency: 4 }, async ({ key, value }) => [
      { topic: to, key, value },
    ]);
    await sure.publish(numbered(from, 0, 2));
    await until('the group is through', async () => {
      const [lag] = await sure.lag(group, from);
      return lag!.committed === lag!.end;
    });
    expect(kindOf(protocolError(errorCodeOf(end.answers[0]!)))).toMatch(/INVALID_PRODUCER_EPOCH|PRODUCER_FENCED/);
    expect(await everything(sure, to)).toEqual(values(2));
  });
});

test('transactions that follow each other at once all succeed, where kafkajs gives up while Kafka writes the last one’s end', async () => {
  await using broker = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(broker, 4)) as [string, string];
  await using network = await networkTo(settings);
  const { kafka } = network.clients;
  const plain = kafka.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
  await plain.connect();
  const messages = Array.from({ length: 4 }, (_, partition) => ({ partition, value: 'v' }));
  let failure: unknown;
  for (let offset = 1; !failure; offset++) {
    const transaction = await plain.transaction();
    const topics = [{ topic: from, partitions: [{ partition: 0, offset: String(offset) }] }];
    try {
      await transaction.sendOffsets({ consumerGroupId: from, topics });
      await transaction.send({ topic: to, messages });
      await transaction.commit();
    } catch (error) {
      failure = error;
    }
  }
  await plain.disconnect();
  expect(kindOf(failure)).toBe('CONCURRENT_TRANSACTIONS');

  const topics = await TopicMetadata.connect(network.clients);
  const place = { group: randomUUID(), topic: from, partition: 0 };
  const ours = await ownerOf(place, network.clients);
  for (let offset = 1; offset <= 200; offset++) {
    const answers = messages.map(({ partition, value }) => ({ topic: to, key: null, partition, value }));
    await ours.commit(await route(answers, topics), { offset, metadata: '' });
  }
  // What an ended transaction committed is read a moment later: Kafka writes its end to the offsets' partition on its own time.
  await until('the last offset is there', async () => (await ours.committed()).offset === 200);
  await ours.close();
  await topics.close();
});

describe('a member whose session has expired', () => {
  test('joins again without a word of a rebalance, so that who listens for that keeps what is another’s', async () => {
    await using sure = await kafkaBroker(settings);
    const [topic] = (await topicsOn(sure, 1, 1)) as [string];
    await using network = await networkTo(settings);
    const { kafka } = network.clients;
    const admin = kafka.admin();
    await admin.connect();
    const consumer = kafka.consumer({
      groupId: topic,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: 500,
    });
    const heard: string[] = [];
    for (const event of ['GROUP_JOIN', 'REBALANCING'] as const)
      consumer.on(consumer.events[event], () => void heard.push(event));
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: async () => undefined });
    await until('it has joined', () => heard.length === 1);
    const expired = () =>
      until('it has expired', async () => (await admin.describeGroups([topic])).groups[0]!.members.length === 0);
    network.proxy.set({ api: 'heartbeat', mishap: 'slow', count: 1, hold: expired });
    await until('it joins again', () => heard.length > 1);
    expect(heard).toEqual(['GROUP_JOIN', 'GROUP_JOIN']);
    await consumer.disconnect();
    await admin.disconnect();
  });

  test('lets go of what it had in hand, and handles what it is given again', async () => {
    await using sure = await kafkaBroker(settings);
    const [from, to] = (await topicsOn(sure, 2)) as [string, string];
    await using network = await networkTo(settings);
    await using asleep = await brokerOver(network.clients, settings);
    const source = { topic: from, group: randomUUID(), concurrency: 50 };
    const waking = gate();
    const handled: string[] = [];
    await using sleeper = await asleep.consume(source, async ({ key, value }) => {
      handled.push(String(value));
      await waking.opened;
      return [{ topic: to, key, value }];
    });
    await until('it owns all', () => sleeper.ready);
    await sure.publish(numbered(from, 0, 20));
    await until('it has all in hand', () => handled.length === 20);
    const beat = network.proxy.set({ api: 'heartbeat', mishap: 'slow', count: 1, hold: () => waking.opened });
    await until('a heartbeat is held up', () => beat.requests === 1);
    await using _heir = await sure.consume(source, async ({ key, value }) => [{ topic: to, key, value }]);
    await until('the next owner has done all', async () => (await everything(sure, to)).length === 20);
    waking.open();
    let published = 20;
    await until('it is given some again', async () => {
      await sure.publish(numbered(from, published++, 1));
      return handled.length > 20;
    });
    await until('all is done', async () => (await everything(sure, to)).length >= published);
    expect(await everything(sure, to)).toEqual(values(published));
  });
});

test('a member that kafkajs has given up on joins again as soon as it can, and is not ready until then', async () => {
  await using broker = await kafkaBroker(settings);
  const [topic] = (await topicsOn(broker, 1, 1)) as [string];
  await using network = await networkTo(settings);
  const { kafka } = network.clients;
  // Speaks another protocol in the same group, as a client of another kind does: nobody else is let in.
  const { PartitionAssigners } = kafkajs;
  const stranger = kafka.consumer({
    groupId: topic,
    partitionAssigners: [
      (config) => ({
        ...PartitionAssigners.roundRobin(config),
        name: 'of-its-own',
        protocol: (of) => ({ ...PartitionAssigners.roundRobin(config).protocol(of), name: 'of-its-own' }),
      }),
    ],
  });
  await stranger.connect();
  await stranger.subscribe({ topic });
  const joined = gate();
  stranger.on(stranger.events.GROUP_JOIN, () => joined.open());
  await stranger.run({ eachMessage: async () => undefined });
  await joined.opened;

  const plain = kafka.consumer({ groupId: topic });
  const crash = new Promise<boolean>((resolve) =>
    plain.on(plain.events.CRASH, ({ payload }) => resolve(payload.restart)),
  );
  await plain.connect();
  await plain.subscribe({ topic });
  await plain.run({ eachMessage: async () => undefined }).catch(() => undefined);
  expect(await crash).toBe(false);
  await plain.disconnect();

  let refusals = 0;
  await using ours = await brokerOver(network.clients, {
    ...settings,
    log: (_, message) => message.includes('joining again') && refusals++,
  });
  const seen: string[] = [];
  await using consumption = await ours.consume({ topic, group: topic, concurrency: 1 }, async ({ value }) => {
    seen.push(String(value));
    return [];
  });
  await until('it was refused', () => refusals > 1);
  expect(consumption.ready).toBe(false);
  await stranger.disconnect();
  await until('it has joined', () => consumption.ready);
  await broker.publish(numbered(topic, 0, 1));
  await until('it goes on', () => seen.length === 1);
});
