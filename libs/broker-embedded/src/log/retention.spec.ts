import type { Broker } from '@millrace/broker';
import { bytesIn, everything, temporaryDirectory, until, values } from '../testing/logs.js';
import { embeddedBroker } from '../embedded-broker.js';

const topic = 'work';
const small = { segmentBytes: 20_000, keep: { bytes: 60_000 }, fsync: false };
const filler = 'x'.repeat(200);

async function publishMany(broker: Broker, to: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await broker.publish([{ topic: to, key: null, value: `${n} ${filler}` }]);
}

describe('old records', () => {
  test('go when every group is past them, so that the log does not grow for ever', async () => {
    await using runtime = temporaryDirectory();
    await using broker = await embeddedBroker({ ...runtime, ...small });
    await broker.ensureTopics([{ name: topic, partitions: 2 }]);
    const done = [0, 0];
    for (const group of [0, 1]) {
      await broker.consume({ topic, group: `${group}`, concurrency: 8 }, () => {
        done[group]!++;
        return Promise.resolve([]);
      });
    }
    await publishMany(broker, topic, 2000);
    await until('both groups are done', () => done.every((count) => count === 2000));
    await broker.publish([{ topic, key: null, value: 'last' }]);
    await until('the log is small', () => bytesIn(runtime.dir) <= 100_000);
    expect(values(await everything(broker, topic))).toContain('last');
  });

  test('stay while a group has not finished them, over restarts too', async () => {
    await using runtime = temporaryDirectory();
    const all = Array.from({ length: 1000 }, (_, n) => `${n} ${filler}`);
    {
      await using broker = await embeddedBroker({ ...runtime, ...small });
      await broker.ensureTopics([topic, 'other'].map((name) => ({ name, partitions: 1 })));
      const slow = await broker.consume({ topic, group: 'slow', concurrency: 1 }, () => Promise.resolve([]));
      await slow[Symbol.asyncDispose]();
      for (const value of all) {
        await broker.publish([{ topic, key: null, value }]);
        // Of this, which nobody reads, a bounded tail is kept.
        await broker.publish([{ topic: 'other', key: null, value: filler.repeat(10) }]);
      }
      const written = 1000 * filler.length * 11;
      await until('what is not needed has gone', () => bytesIn(runtime.dir) < written / 2);
      expect(values(await everything(broker, topic))).toEqual(all);
    }
    await using broker = await embeddedBroker({ ...runtime, ...small });
    const seen: string[] = [];
    await broker.consume({ topic, group: 'slow', concurrency: 1 }, ({ value }) => {
      seen.push(String(value));
      return Promise.resolve([]);
    });
    await until('it has all', () => seen.length >= all.length);
    expect(seen).toEqual(all);
  });

  test('of a compacted topic go but for the newest of each key, over restarts too', async () => {
    await using runtime = temporaryDirectory();
    const newest = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`key-${n}`, `${990 + n} ${filler}`]));
    const latest = async (broker: Broker): Promise<Record<string, string>> =>
      Object.fromEntries((await everything(broker, 'plans')).map(({ key, value }) => [String(key), String(value)]));
    {
      await using broker = await embeddedBroker({ ...runtime, ...small });
      await broker.ensureTopics([{ name: 'plans', partitions: 2, compacted: true }]);
      await broker.ensureTopics([{ name: topic, partitions: 1 }]);
      for (let n = 0; n < 1000; n++) {
        await broker.publish([{ topic: 'plans', key: `key-${n % 10}`, value: `${n} ${filler}` }]);
      }
      await publishMany(broker, topic, 1000);
      await until('the log is small', () => bytesIn(runtime.dir) <= 100_000);
      expect(await latest(broker)).toEqual(newest);
    }
    await using broker = await embeddedBroker({ ...runtime, ...small });
    expect(await latest(broker)).toEqual(newest);
    const seen = new Set<string>();
    const tail = await broker.tail(['plans'], 'start', ({ key }) => seen.add(String(key)));
    await tail.caughtUp;
    expect([...seen].sort()).toEqual(Object.keys(newest));
  });

  test('that are older than is kept go without any size being reached', async () => {
    await using runtime = temporaryDirectory();
    await using broker = await embeddedBroker({ ...runtime, segmentBytes: 20_000, keep: { ms: 1 }, fsync: false });
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await publishMany(broker, topic, 500);
    await until('the log is small', async () => {
      await publishMany(broker, topic, 1);
      return bytesIn(runtime.dir) <= 60_000;
    });
  });

  test('that are gone do not count as backlog, and are skipped', async () => {
    await using runtime = temporaryDirectory();
    await using broker = await embeddedBroker({ ...runtime, ...small });
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await publishMany(broker, topic, 1000);
    await until('the log is small', () => bytesIn(runtime.dir) <= 100_000);
    const [before] = await broker.lag('late', topic);
    const there = await everything(broker, topic);
    expect(before).toMatchObject({ committed: null, end: 1000, backlog: there.length });
    let seen = 0;
    await broker.consume({ topic, group: 'late', concurrency: 4, window: 8 }, () => Promise.resolve((seen++, [])));
    await until('nothing is left', async () => (await broker.lag('late', topic))[0]!.backlog === 0);
    expect(seen).toBe(there.length);
  });
});
