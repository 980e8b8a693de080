import type { Incoming } from '../incoming.js';
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

  promised(
    'browsing ends behind the record with which it has so many bytes, and gives one record at least',
    async (scene) => {
      const broker = await scene.broker();
      const topic = await scene.topic(broker);
      await broker.publish(range(9).map((n) => ({ topic, key: null, value: `${n}`.repeat(100) })));
      const offsets = async (maxBytes: number): Promise<number[]> =>
        (await broker.browse({ topic, partition: 0, offset: 2, limit: 5, maxBytes })).map(({ offset }) => offset);
      expect(await offsets(1)).toEqual([2]);
      expect(await offsets(250)).toEqual([2, 3, 4]);
      expect(await offsets(100_000)).toEqual([2, 3, 4, 5, 6]);
    },
  );

  promised('browsing that is aborted ends, with nothing where it was aborted before', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    await broker.publish(numbered(topic, 5));
    const at = { topic, partition: 0, offset: 0, limit: 5 };
    expect(await broker.browse({ ...at, signal: AbortSignal.abort() })).toEqual([]);
    const during = new AbortController();
    const reading = broker.browse({ ...at, signal: during.signal });
    during.abort();
    expect((await reading).length).toBeLessThanOrEqual(5);
    expect(await broker.browse({ ...at, signal: new AbortController().signal })).toHaveLength(5);
  });

  promised('topics are found by the beginning of their names', async (scene) => {
    const broker = await scene.broker();
    const prefix = await scene.topic(broker);
    await broker.ensureTopics(['b', 'a'].map((name) => ({ name: `${prefix}.${name}`, partitions: 1 })));
    await scene.until('both are listed', async () => (await broker.topics(`${prefix}.`)).length === 2);
    expect(await broker.topics(`${prefix}.`)).toEqual([`${prefix}.a`, `${prefix}.b`]);
    expect(await broker.topics(`${prefix}.c`)).toEqual([]);
  });

  promised('the ranges of a topic are where each partition begins and ends', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    await broker.publish(range(3).map((n) => ({ topic, partition: 1, key: null, value: `${n}` })));
    expect(await broker.ranges(topic)).toEqual([
      { topic, partition: 0, start: 0, end: 0 },
      { topic, partition: 1, start: 0, end: 3 },
    ]);
    await expect(broker.ranges(`no-${topic}`)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
  });

  promised('a time leads to the first record that was written then or later, or else to the end', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    for (const n of range(4)) {
      await broker.publish([{ topic, partition: 0, key: null, value: `${n}` }]);
      await scene.until('the clock goes on', ticked(Date.now()));
    }
    const records = await broker.browse({ topic, partition: 0, offset: 0, limit: 4 });
    const at = async (time: number): Promise<number[]> => {
      const found = await broker.offsetsAt(topic, time);
      expect(found.map(({ partition }) => partition)).toEqual([0, 1]);
      return found.map(({ offset }) => offset);
    };
    const times = records.map(({ timestamp }) => timestamp);
    expect(await at(0)).toEqual([0, 0]);
    for (const [n, time] of times.entries()) expect(await at(time)).toEqual([n, 0]);
    expect(await at(times[2]! + 1)).toEqual([3, 0]);
    expect(await at(times[3]! + 1)).toEqual([4, 0]);
  });

  promised('the groups of a topic are those that have committed there, and looking adds none', async (scene) => {
    const broker = await scene.broker();
    const topics = [await scene.topic(broker), await scene.topic(broker)];
    const [topic, other] = topics as [string, string];
    const group = scene.group();
    await broker.publish(topics.flatMap((name) => numbered(name, 3)));
    await broker.consume({ topic, group, concurrency: 1 }, () => Promise.resolve([]));
    await scene.until('all is done', async () => (await backlog(broker, { topic, group })) === 0);
    await broker.browse({ topic: other, partition: 0, offset: 0, limit: 10 });
    await broker.lag(scene.group(), other);
    expect(await broker.groups(topic)).toEqual([group]);
    expect(await broker.groups(other)).toEqual([]);
    expect(await broker.lag(group, topic)).toMatchObject([{ committed: 3, backlog: 0 }]);
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

const ticked = (since: number) => (): boolean => Date.now() > since;
