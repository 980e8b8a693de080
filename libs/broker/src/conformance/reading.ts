import type { Incoming } from '../broker.js';
import { backlog, copyTo, everything, numbered, numbers, range, text, texts, type Promised } from './scene.js';

/** Tests the promises of `tail`, `browse` and `lag`. */
export function reading(promised: Promised): void {
  promised('a group has as many consumers as take part in it, and none where nobody does', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    const group = `group-${topic}`;
    expect(await broker.consumers(group, topic)).toBe(0);
    expect(await broker.consumers(group, `no-${topic}`)).toBe(0);
    const has = (wanted: number) =>
      scene.until(`it has ${wanted}`, async () => (await broker.consumers(group, topic)) === wanted);
    const first = await broker.consume({ topic, group, concurrency: 1 }, () => Promise.resolve([]));
    await has(1);
    const second = await broker.consume({ topic, group, concurrency: 1 }, () => Promise.resolve([]));
    await has(2);
    await second.drain(1_000);
    await has(1);
    await first.drain(1_000);
    await has(0);
  });

  promised('a tail from the start sees what was there and what comes, each partition in order', async (scene) => {
    const broker = await scene.broker();
    const topics = [await scene.topic(broker, { partitions: 2 }), await scene.topic(broker)];
    for (const topic of topics) await broker.publish(numbered(topic, 50, 5));
    const seen: Incoming[] = [];
    const tail = await broker.tail(topics, 'start', (record) => seen.push(record));
    await tail.caughtUp;
    expect(seen).toHaveLength(100);
    for (const topic of topics) await broker.publish(numbered(topic, 50, 5));
    await scene.until('the new ones are seen', () => seen.length >= 200);
    for (const topic of topics) {
      const ofTopic = seen.filter((record) => record.topic === topic);
      const byPartition = ofTopic.sort((a, b) => a.partition - b.partition).map(text);
      expect(byPartition).toEqual((await everything(broker, topic)).map(text));
    }
  });

  promised('a tail from the end sees only what comes', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    await broker.publish(numbered(topic, 20));
    const seen: string[] = [];
    const tail = await broker.tail([topic], 'end', (record) => seen.push(text(record)));
    await tail.caughtUp;
    await broker.publish([{ topic, key: null, value: 'new' }]);
    await scene.until('the new one is seen', () => seen.length > 0);
    expect(seen).toEqual(['new']);
  });

  promised('a tail of empty topics is caught up', async (scene) => {
    const broker = await scene.broker();
    const topics = [await scene.topic(broker), await scene.topic(broker, { partitions: 3 })];
    for (const from of ['start', 'end'] as const) {
      const tail = await broker.tail(topics, from, () => undefined);
      await tail.caughtUp;
    }
  });

  promised('a tail that is closed sees nothing more', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const seen: string[] = [];
    const tail = await broker.tail([topic], 'start', (record) => seen.push(text(record)));
    const witness = await scene.watch(broker, topic);
    await broker.publish([{ topic, key: null, value: 'first' }]);
    await scene.until('it is seen', () => seen.length > 0);
    await tail[Symbol.asyncDispose]();
    await broker.publish([{ topic, key: null, value: 'second' }]);
    await scene.until('another tail sees the next', () => witness.length > 1);
    expect(seen).toEqual(['first']);
  });

  promised('a tail sees answers once they are committed', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    const seen: string[] = [];
    const tail = await broker.tail([out], 'end', (record) => seen.push(text(record)));
    await tail.caughtUp;
    await broker.consume({ topic, group: scene.group(), concurrency: 4 }, copyTo(out));
    await broker.publish(numbered(topic, 10));
    await scene.until('all are seen', () => seen.length >= 10);
    expect(seen.sort()).toEqual(numbers(10));
  });

  promised('browsing gives the records from an offset on, at most so many, and none past the end', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    await broker.publish(numbered(topic, 30));
    const values = async (offset: number, limit: number): Promise<string[]> =>
      (await broker.browse({ topic, partition: 0, offset, limit })).map(text);
    expect(await values(10, 5)).toEqual(['10', '11', '12', '13', '14']);
    expect(await values(28, 5)).toEqual(['28', '29']);
    expect(await values(30, 5)).toEqual([]);
  });

  promised('a group that never committed has all records before it', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    await broker.publish(range(5).map((n) => ({ topic, partition: n % 2, key: null, value: `${n}` })));
    expect(await broker.lag(scene.group(), topic)).toEqual([
      { topic, partition: 0, start: 0, committed: null, end: 3, backlog: 3 },
      { topic, partition: 1, start: 0, committed: null, end: 2, backlog: 2 },
    ]);
  });

  promised('a backlog counts what is unfinished, and not what was finished behind a slow record', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const source = { topic, group: scene.group(), concurrency: 8 };
    const gate = scene.gate();
    await broker.publish(numbered(topic, 20));
    await broker.consume(source, async (record) => {
      if (text(record) === '5') await gate.opened;
      return [];
    });
    await scene.until('one is left', async () => (await backlog(broker, source)) === 1);
    expect(await broker.lag(source.group, topic)).toEqual([
      { topic, partition: 0, start: 0, committed: 5, end: 20, backlog: 1 },
    ]);
    gate.open();
    await scene.until('none is left', async () => (await backlog(broker, source)) === 0);
    expect(await broker.lag(source.group, topic)).toEqual([
      { topic, partition: 0, start: 0, committed: 20, end: 20, backlog: 0 },
    ]);
  });

  promised('a group that has read all answers of another has no backlog', async (scene) => {
    const broker = await scene.broker();
    const [topic, between] = [await scene.topic(broker), await scene.topic(broker, { partitions: 2 })];
    const [first, second] = [scene.group(), scene.group()];
    await broker.consume({ topic, group: first, concurrency: 4 }, copyTo(between));
    await broker.consume({ topic: between, group: second, concurrency: 4 }, () => Promise.resolve([]));
    await broker.publish(numbered(topic, 40));
    await scene.until('all is done', async () => {
      const lag = [...(await broker.lag(first, topic)), ...(await broker.lag(second, between))];
      return lag.every((entry) => entry.backlog === 0) && lag.reduce((sum, entry) => sum + entry.end, 0) >= 80;
    });
    expect(texts(await everything(broker, between))).toEqual(numbers(40));
  });

  promised('what is committed is there for another client', async (scene) => {
    const [first, second] = [await scene.broker(), await scene.broker()];
    const topic = await scene.topic(first, { partitions: 2 });
    await first.publish(numbered(topic, 10));
    expect(await second.partitionsOf(topic)).toBe(2);
    expect(texts(await everything(second, topic))).toEqual(numbers(10));
  });
}
