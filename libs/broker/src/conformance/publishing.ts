import { partitionFor } from '../partition.js';
import { everything, numbered, numbers, range, text, texts, type Promised } from './scene.js';

/** Tests the promises of `publish`, `ensureTopics` and `partitionsOf`. */
export function publishing(promised: Promised): void {
  promised('published records are there once, and in order for each key', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 3 });
    for (const part of range(4)) await broker.publish(numbered(topic, 200, 10).slice(part * 50, part * 50 + 50));
    const records = await everything(broker, topic);
    expect(texts(records)).toEqual(numbers(200));
    for (const key of range(10)) {
      const ofKey = records
        .filter((record) => String(record.key) === `key-${key}`)
        .map((record) => Number(text(record)));
      expect(ofKey).toEqual(range(20).map((n) => n * 10 + key));
    }
  });

  promised(
    'a record arrives as it was sent: key, value, time and headers, binary and repeated ones too',
    async (scene) => {
      const broker = await scene.broker();
      const topic = await scene.topic(broker);
      const binary = Buffer.from([0, 255, 128, 10, 195, 40]);
      const before = Date.now();
      await broker.publish([
        { topic, key: binary, value: binary, headers: { text: 'grüße', binary, many: ['1', binary], empty: '' } },
        { topic, key: null, value: null },
        { topic, key: '', value: '' },
      ]);
      const [full, none, empty] = await everything(broker, topic);
      expect(full).toMatchObject({ topic, partition: 0, offset: 0, key: binary, value: binary });
      expect({ ...full!.headers }).toEqual({
        text: Buffer.from('grüße'),
        binary,
        many: [Buffer.from('1'), binary],
        empty: Buffer.alloc(0),
      });
      expect(full!.timestamp).toBeGreaterThanOrEqual(before);
      expect(full!.timestamp).toBeLessThanOrEqual(Date.now());
      expect(none).toMatchObject({ key: null, value: null, headers: {} });
      expect(empty).toMatchObject({ key: Buffer.alloc(0), value: Buffer.alloc(0) });
    },
  );

  promised('the headers of a record can be passed on as they came', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    await broker.publish([{ topic, key: null, value: '', headers: { one: 'a', many: ['b', 'c'] } }]);
    const [first] = await everything(broker, topic);
    await broker.publish([{ topic, key: first!.key, value: first!.value, headers: first!.headers }]);
    const [, second] = await everything(broker, topic);
    expect({ ...second!.headers }).toEqual({ ...first!.headers });
  });

  promised('a record falls to the partition that every Kafka client would choose for its key', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 5 });
    await broker.publish(numbered(topic, 60));
    for (const record of await everything(broker, topic)) expect(record.partition).toBe(partitionFor(record.key!, 5));
  });

  promised('a record goes to the partition it names', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 3 });
    await broker.publish(range(3).map((partition) => ({ topic, partition, key: 'same', value: `${partition}` })));
    const records = await everything(broker, topic);
    expect(records.map((record) => [record.partition, text(record)])).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
    ]);
  });

  promised('packed values of one publish travel as one JSON array for each partition', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    await broker.publish(numbered(topic, 40).map((record, n) => ({ ...record, packed: true, headers: { n: `${n}` } })));
    const records = await everything(broker, topic);
    expect(records.map((record) => record.partition)).toEqual([0, 1]);
    for (const record of records) {
      expect(record.key).toBeNull();
      const values = JSON.parse(text(record)) as number[];
      expect(values).toEqual(range(40).filter((n) => partitionFor(`key-${n}`, 2) === record.partition));
      expect(String(record.headers['n'])).toBe(`${values[0]}`);
    }
  });

  promised('packed values that are too many for one record travel as several', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const values = range(30).map((n) => JSON.stringify(`${n}`.padEnd(Math.floor(broker.maxRecordBytes / 10), '.')));
    await broker.publish(values.map((value) => ({ topic, key: 'k', value, packed: true })));
    const records = await everything(broker, topic);
    expect(records.length).toBeGreaterThan(2);
    expect(records.flatMap((record) => JSON.parse(text(record)) as string[])).toEqual(
      values.map((value) => JSON.parse(value) as string),
    );
  });

  promised('a record that is too large is refused before anything is sent', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const large = { topic, key: 'k', value: Buffer.alloc(broker.maxRecordBytes) };
    await expect(broker.publish([{ topic, key: 'k', value: 'small' }, large])).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringContaining(topic) as string,
    });
    await broker.publish([{ topic, key: 'k', value: 'next' }]);
    expect(texts(await everything(broker, topic))).toEqual(['next']);
  });

  promised(
    'a record that its topic will never take is refused as such, and those published beside it arrive',
    async (scene) => {
      const broker = await scene.broker();
      const topic = await scene.topic(broker, { compacted: true });
      const one = (n: number) => broker.publish([{ topic, key: `key-${n}`, value: `${n}` }]);
      const refused = expect.objectContaining({ code: 'RECORD_REFUSED' }) as Error;
      // Whoever publishes at the same moment may have to do so again; the one that is refused is told so in the end.
      const untilTold = async (publish: () => Promise<void>): Promise<unknown> => {
        for (;;) {
          const outcome = await publish().then(
            () => 'arrived',
            (error: unknown) => error,
          );
          if (outcome === 'arrived' || (outcome as { code?: unknown }).code !== 'BROKER_UNAVAILABLE') return outcome;
        }
      };
      const outcomes = range(5).map((n) => untilTold(() => one(n)));
      const bad = untilTold(() => broker.publish([{ topic, key: null, value: 'x' }]));
      expect(await bad).toEqual(refused);
      expect(await Promise.all(outcomes)).toEqual(range(5).map(() => 'arrived'));
      const records = await everything(broker, topic);
      expect(new Set(texts(records))).toEqual(new Set(numbers(5)));
    },
  );

  promised('the largest record that is allowed arrives', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const value = Buffer.alloc(broker.maxRecordBytes - 1, 7);
    await broker.publish([{ topic, key: 'k', value }]);
    const [record] = await everything(broker, topic);
    expect(record!.value!.equals(value)).toBe(true);
  });

  promised('a topic that does not exist is named in the refusal', async (scene) => {
    const broker = await scene.broker();
    const topic = `missing-${scene.group()}`;
    const refusal = { code: 'UNKNOWN_TOPIC', message: expect.stringContaining(topic) as string };
    await expect(broker.partitionsOf(topic)).rejects.toMatchObject(refusal);
    await expect(broker.publish([{ topic, key: null, value: '' }])).rejects.toMatchObject(refusal);
    const source = { topic, group: scene.group(), concurrency: 1 };
    await expect(broker.consume(source, () => Promise.resolve([]))).rejects.toMatchObject(refusal);
  });

  promised('a topic that exists is left as it is', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    await broker.publish([{ topic, key: null, value: 'kept' }]);
    await Promise.all(range(3).map(() => broker.ensureTopics([{ name: topic, partitions: 5 }])));
    expect(await broker.partitionsOf(topic)).toBe(2);
    expect(texts(await everything(broker, topic))).toEqual(['kept']);
  });

  promised(
    'what was acknowledged is there after a crash',
    async (scene) => {
      const publisher = await scene.broker();
      const topic = await scene.topic(publisher, { partitions: 3 });
      const acknowledged = await publishAndCrash(scene, publisher, topic);
      const present = new Set((await everything(await scene.broker(), topic)).map(text));
      expect([...acknowledged].filter((value) => !present.has(value))).toEqual([]);
    },
    'crash',
  );

  promised(
    'a publish that a crash cuts off leaves all of its records or none',
    async (scene) => {
      const publisher = await scene.broker();
      const topic = await scene.topic(publisher, { partitions: 3 });
      await publishAndCrash(scene, publisher, topic);
      const counts = new Map<string, number>();
      for (const record of await everything(await scene.broker(), topic)) {
        counts.set(text(record), (counts.get(text(record)) ?? 0) + 1);
      }
      expect([...counts.values()].filter((count) => count !== 20)).toEqual([]);
    },
    'atomic-publish',
  );
}

type SceneOf = Parameters<Parameters<Promised>[1]>[0];

/** Publishes thirty times twenty records at once and crashes at the first acknowledgement; gives back what was acknowledged. */
async function publishAndCrash(
  scene: SceneOf,
  publisher: Awaited<ReturnType<SceneOf['broker']>>,
  topic: string,
): Promise<Set<string>> {
  const acknowledged = new Set<string>();
  for (const n of range(30)) {
    const records = range(20).map((i) => ({ topic, key: `${i}`, value: `${n}` }));
    // After the crash it may reject or stay open; neither is of interest.
    publisher.publish(records).then(
      () => acknowledged.add(`${n}`),
      () => undefined,
    );
  }
  await scene.until('one publish is acknowledged', () => acknowledged.size > 0);
  const before = new Set(acknowledged);
  await scene.crash(publisher);
  return before;
}
