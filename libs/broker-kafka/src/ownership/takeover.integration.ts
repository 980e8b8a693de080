import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../config.js';
import { brokerOver, kafkaBroker } from '../kafka-broker.js';
import { route } from '../produce/routing.js';
import { testSettings } from '../testing/config.js';
import { everything, gate, networkTo, numbered, ownerOf, topicsOn, until, values } from '../testing/scene.js';
import { TopicMetadata } from '../topics.js';
import type { TransactionalProducer } from '../produce/transactional-producer.js';

const settings = testSettings();

/** A partition, where its records go on to, and the means to write as its owner. */
async function scene() {
  await using opening = new AsyncDisposableStack();
  const broker = opening.use(await kafkaBroker(settings));
  const [from, to] = (await topicsOn(broker, 1)) as [string, string];
  const network = opening.use(await networkTo(settings));
  const topics = await TopicMetadata.connect(network.clients);
  opening.defer(() => topics.close());
  const place = { group: randomUUID(), topic: from, partition: 0 };
  const answer = (value: string) => route([{ topic: to, key: null, value }], topics);
  const opened = opening.move();
  const owner = async (timeoutMs?: number) => {
    const producer = await ownerOf(place, network.clients, timeoutMs);
    opened.defer(() => producer.close());
    return producer;
  };
  return { broker, place, to, network, answer, owner, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

test('who takes a partition over ends what its former owner left open, and waits for no time-out', async () => {
  await using at = await scene();
  const former = await at.owner();
  at.network.proxy.set({ api: 'endTxn', mishap: 'lost', count: 1, hold: () => Promise.resolve() });
  await expect(former.commit(await at.answer('left open'), { offset: 1, metadata: '' })).rejects.toThrow();
  await at.broker.publish([{ topic: at.to, key: null, value: 'behind it' }]);
  expect(await everything(at.broker, at.to)).toEqual([]);
  await at.owner();
  await until('what is behind it shows', async () => (await everything(at.broker, at.to)).length > 0);
  expect(await everything(at.broker, at.to)).toEqual(['behind it']);
});

test('where a partition stands is read when its former owner can commit no more: what Kafka says earlier may change', async () => {
  await using at = await scene();
  const { group, topic } = at.place;
  const stands = async () => (await at.broker.lag(group, topic))[0]!.committed;
  const former = await at.owner();
  let earlier: number | null | undefined;
  const look = async () => void (earlier = await stands());
  at.network.proxy.set({ api: 'endTxn', mishap: 'slow', count: 1, hold: look });
  await former.commit(await at.answer('one'), { offset: 1, metadata: '' });
  expect(earlier).toBeNull();
  await until('it has changed', async () => (await stands()) === 1);

  let next: TransactionalProducer | undefined;
  const fence = async () => void (next = await at.owner());
  at.network.proxy.set({ api: 'endTxn', mishap: 'slow', count: 1, hold: fence });
  await expect(former.commit(await at.answer('two'), { offset: 2, metadata: '' })).rejects.toThrow();
  expect((await next!.committed()).offset).toBe(1);
  expect(await everything(at.broker, at.to)).toEqual(['one']);
});

test('what a group that is gone has left open holds readers up no longer than its transaction may take', async () => {
  await using at = await scene();
  const former = await at.owner(1_000);
  at.network.proxy.set({ api: 'endTxn', mishap: 'lost', count: 1, hold: () => Promise.resolve() });
  await expect(former.commit(await at.answer('left open'), { offset: 1, metadata: '' })).rejects.toThrow();
  await at.broker.publish([{ topic: at.to, key: null, value: 'behind it' }]);
  await until('what is behind it shows', async () => (await everything(at.broker, at.to)).length > 0);
  expect(await everything(at.broker, at.to)).toEqual(['behind it']);
});

test('what finishes during a commit goes along with the next, all in one', async () => {
  await using sure = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(sure, 1)) as [string, string];
  await using network = await networkTo(settings);
  const commits: number[] = [];
  const onMetric = (metric: Metric) => metric.name === 'commit' && metric.records > 0 && commits.push(metric.records);
  await using broker = await brokerOver(network.clients, { ...settings, onMetric });
  let handled = 0;
  await using _stage = await broker.consume(
    { topic: from, group: randomUUID(), concurrency: 100 },
    ({ key, value }) => {
      handled++;
      return Promise.resolve([{ topic: to, key, value }]);
    },
  );
  const finished = gate();
  const first = network.proxy.set({ api: 'endTxn', mishap: 'slow', count: 1, hold: () => finished.opened });
  await sure.publish(numbered(from, 0, 1));
  await until('its commit is under way', () => first.requests === 1);
  await sure.publish(numbered(from, 1, 80));
  await until('the others have been handled', () => handled === 81);
  finished.open();
  await until('all are committed', async () => (await everything(sure, to)).length === 81);
  expect(commits).toEqual([1, 80]);
});

test('a record that takes longer than a session costs nobody a partition', async () => {
  const longer = settings.sessionTimeoutMs! * 1.3;
  let takeovers = 0;
  await using broker = await kafkaBroker({ ...settings, onMetric: ({ name }) => name === 'takeover' && takeovers++ });
  const [from, to] = (await topicsOn(broker, 1)) as [string, string];
  const handled: string[] = [];
  await using _stage = await broker.consume(
    { topic: from, group: randomUUID(), concurrency: 2 },
    async ({ key, value }) => {
      handled.push(String(value));
      if (String(value) === '0') await sleep(longer);
      return [{ topic: to, key, value }];
    },
  );
  await broker.publish(numbered(from, 0, 20));
  await until('all are done', async () => (await everything(broker, to)).length === 20);
  expect(handled.sort()).toEqual(values(20));
  expect(takeovers).toBe(1);
});

describe('where one request of a commit', () => {
  const mishaps = [
    ['never arrives', 'lost'],
    ['arrives, and its answer does not', 'unanswered'],
    ['arrives after a while', 'slow'],
    ['arrives when its sender has gone on elsewhere', 'late'],
  ] as const;
  const cases = (['produce', 'txnOffsetCommit', 'endTxn'] as const).flatMap((api) =>
    mishaps.map(([how, mishap]) => [how, api, mishap] as const),
  );

  test.each(cases)('%s (%s, %s), each record goes on once', async (_, api, mishap) => {
    await using sure = await kafkaBroker(settings);
    const [from, to] = (await topicsOn(sure, 2)) as [string, string];
    await using network = await networkTo(settings);
    await using broker = await brokerOver(network.clients, settings);
    await using _stage = await broker.consume(
      { topic: from, group: randomUUID(), concurrency: 20 },
      async ({ key, value }) => [{ topic: to, key, value }],
    );
    for (let round = 0; round < 3; round++) {
      const trap = network.proxy.set({ api, mishap, count: 1, hold: () => sleep(300) });
      await sure.publish(numbered(from, round * 20, 20));
      await until('all are done', async () => (await everything(sure, to)).length >= (round + 1) * 20);
      expect(trap.requests).toBe(1);
    }
    expect(await everything(sure, to)).toEqual(values(60));
  });
});
