import type { Batch, OrderedSource, Outgoing } from '../broker.js';
import { close, everything, numbered, numbers, range, text, texts, type Promised } from './scene.js';

const copies = (batch: Batch, topic: string): Outgoing[] =>
  batch.records.map((record) => ({ topic, key: record.key, value: record.value }));

/** Tests the promises of `consumeInOrder`. */
export function inOrder(promised: Promised): void {
  promised(
    'batches hold each partition’s records in order, one batch at a time, none above the bound',
    async (scene) => {
      const broker = await scene.broker();
      const topic = await scene.topic(broker, { partitions: 3 });
      const seen: number[][] = [[], [], []];
      const sizes: number[] = [];
      const busy = new Set<number>();
      let overlaps = 0;
      await broker.publish(numbered(topic, 100));
      const consumption = await broker.consumeInOrder({
        topic,
        group: scene.group(),
        maxBatch: 7,
        take: async (batch) => {
          if (busy.has(batch.partition)) overlaps++;
          busy.add(batch.partition);
          await new Promise(setImmediate);
          seen[batch.partition]!.push(...batch.records.map((record) => record.offset));
          sizes.push(batch.records.length);
          busy.delete(batch.partition);
          return [];
        },
      });
      await broker.publish(numbered(topic, 100));
      await scene.until('all are seen', () => seen.flat().length >= 200);
      expect(seen.flat()).toHaveLength(200);
      for (const offsets of seen) expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(overlaps).toBe(0);
      expect(consumption.ready).toBe(true);
    },
  );

  promised('a batch does not wait to be full, and its next offset is past its last record', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const batches: Batch[] = [];
    await broker.consumeInOrder({
      topic,
      group: scene.group(),
      maxBatch: 1000,
      take: (batch) => {
        batches.push(batch);
        return Promise.resolve([]);
      },
    });
    await broker.publish(numbered(topic, 1));
    await scene.until('it is seen', () => batches.length === 1);
    expect(batches[0]!.next).toBeGreaterThan(batches[0]!.records.at(-1)!.offset);
  });

  promised('a partition that is stuck does not hold up another', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    const gate = scene.gate();
    const seen: string[] = [];
    await broker.publish(range(2).map((partition) => ({ topic, partition, key: null, value: `${partition}` })));
    await broker.consumeInOrder({
      topic,
      group: scene.group(),
      maxBatch: 10,
      take: async ({ partition, records }) => {
        if (partition === 0) await gate.opened;
        seen.push(...records.map(text));
        return [];
      },
    });
    await scene.until('the other partition goes on', () => seen.length === 1);
    gate.open();
    await scene.until('both are seen', () => seen.length === 2);
    expect(seen).toEqual(['1', '0']);
  });

  promised(
    'a batch that rejects comes again after its partition was opened again, and nothing is skipped',
    async (scene) => {
      const broker = await scene.broker();
      const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
      const log: string[] = [];
      let failures = 0;
      await broker.publish(numbered(topic, 9));
      await broker.consumeInOrder({
        topic,
        group: scene.group(),
        maxBatch: 3,
        opened: ({ committed }) => {
          log.push(`opened at ${committed}`);
          return Promise.resolve(undefined);
        },
        take: (batch) => {
          const values = batch.records.map(text);
          log.push(values.join());
          if (values.includes('4') && ++failures < 3) throw new Error('not yet');
          return Promise.resolve(copies(batch, out));
        },
      });
      const answers = await scene.watch(broker, out);
      await scene.until('all are answered', () => answers.length >= 9);
      expect((await everything(broker, out)).map(text)).toEqual(range(9).map(String));
      expect(log[0]).toBe('opened at null');
      expect(log.filter((line) => line.startsWith('opened'))).toHaveLength(3);
      for (const [n, line] of log.entries()) {
        const before = log.slice(0, n).filter((earlier) => earlier.split(',').includes('4')).length;
        if (before > 0 && before < 3 && line.split(',').includes('4')) expect(log[n - 1]).toMatch(/^opened at \d+$/);
      }
    },
  );

  promised('what opening returns is committed first, and batches go on behind it', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    const group = scene.group();
    const opened: (number | null)[] = [];
    const source = (from: number | undefined): OrderedSource => ({
      topic,
      group,
      maxBatch: 100,
      opened: ({ committed }) => {
        opened.push(committed);
        if (from === undefined || (committed ?? 0) >= from) return Promise.resolve(undefined);
        return Promise.resolve({ next: from, records: [{ topic: out, key: null, value: `stored up to ${from}` }] });
      },
      take: (batch) => Promise.resolve(copies(batch, out)),
    });
    await broker.publish(numbered(topic, 10));
    const answers = await scene.watch(broker, out);
    const first = await broker.consumeInOrder(source(4));
    await scene.until('all are answered', () => answers.length >= 7);
    await first.drain(scene.patienceMs);
    await broker.consumeInOrder(source(undefined));
    await broker.publish([{ topic, key: null, value: 'last' }]);
    await scene.until('the last is answered', () => answers.length >= 8);
    expect((await everything(broker, out)).map(text)).toEqual(['stored up to 4', '4', '5', '6', '7', '8', '9', 'last']);
    expect([opened[0], opened.at(-1)]).toEqual([null, 10]);
  });

  promised('opening that fails is tried again before any batch', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const log: string[] = [];
    await broker.publish(numbered(topic, 2));
    await broker.consumeInOrder({
      topic,
      group: scene.group(),
      maxBatch: 10,
      opened: () => {
        log.push('opened');
        return log.length < 3 ? Promise.reject(new Error('the store is away')) : Promise.resolve(undefined);
      },
      take: ({ records }) => {
        log.push(...records.map(text));
        return Promise.resolve([]);
      },
    });
    await scene.until('both are seen', () => log.length >= 5);
    expect(log).toEqual(['opened', 'opened', 'opened', '0', '1']);
  });

  promised(
    'a crash between a batch and its commit leaves its answer there exactly once, in order',
    async (scene) => {
      const reader = await scene.broker();
      const [topic, out] = [await scene.topic(reader), await scene.topic(reader)];
      const group = scene.group();
      const answers = await scene.watch(reader, out);
      await reader.publish(numbered(topic, 60));
      for (const round of range(4)) {
        const worker = await scene.broker();
        const crashed = scene.gate();
        let batches = 0;
        await worker.consumeInOrder({
          topic,
          group,
          maxBatch: 4,
          take: (batch) => {
            if (++batches === 3 && round < 3) void scene.crash(worker).then(() => crashed.open());
            return Promise.resolve(copies(batch, out));
          },
        });
        if (round < 3) await crashed.opened;
      }
      await scene.until('all are answered', () => answers.length >= 60);
      expect((await everything(reader, out)).map(text)).toEqual(range(60).map(String));
    },
    'crash',
  );

  promised(
    'a batch that is in hand when its owner closes is aborted, and its late answer is not published',
    async (scene) => {
      const [first, second] = [await scene.broker(), await scene.broker()];
      const [topic, out] = [await scene.topic(first), await scene.topic(first)];
      const group = scene.group();
      const gate = scene.gate();
      let signal: AbortSignal | undefined;
      let late = false;
      const take = (batch: Batch): Promise<Outgoing[]> => Promise.resolve(copies(batch, out));
      const zombie = await first.consumeInOrder({
        topic,
        group,
        maxBatch: 10,
        take: async (batch) => {
          signal = batch.signal;
          await gate.opened;
          late = true;
          return take(batch);
        },
      });
      await second.publish(numbered(topic, 3));
      await scene.until('the batch is in hand', () => signal !== undefined);
      await close(zombie);
      expect(signal!.aborted).toBe(true);
      const answers = await scene.watch(second, out);
      await second.consumeInOrder({ topic, group, maxBatch: 10, take });
      await scene.until('the next owner has answered', () => answers.length >= 3);
      gate.open();
      await scene.until('the late answer is given', () => late);
      await second.publish([{ topic, key: null, value: 'last' }]);
      await scene.until('the last is answered', () => answers.some((record) => text(record) === 'last'));
      expect(texts(await everything(second, out))).toEqual([...numbers(3), 'last']);
    },
  );

  promised('draining finishes and commits the batch in hand, and takes no other', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    const source = { topic, group: scene.group() };
    const gate = scene.gate();
    let batches = 0;
    const consumption = await broker.consumeInOrder({
      ...source,
      maxBatch: 2,
      take: async (batch) => {
        batches++;
        await gate.opened;
        return copies(batch, out);
      },
    });
    await broker.publish(numbered(topic, 6));
    await scene.until('a batch is in hand', () => batches === 1);
    const drained = consumption.drain(scene.patienceMs);
    gate.open();
    await drained;
    expect(batches).toBe(1);
    const answered = new Set((await everything(broker, out)).map(text));
    expect(answered.size).toBeGreaterThan(0);
    expect(await scene.nextOwnerGets(broker, source)).toEqual(numbers(6).filter((n) => !answered.has(n)));
  });
}
