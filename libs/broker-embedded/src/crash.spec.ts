import { kill, startWorker } from './testing/processes.js';
import { everything, temporaryDirectory, until, values } from './testing/logs.js';
import { embeddedBroker } from './embedded-broker.js';

/** More than three processes handle before they hear that they are killed. */
const RECORDS = 15_000;

describe('a process that is killed under load', () => {
  test('leaves a log in which every record has gone on exactly once and nothing acknowledged is missing', async () => {
    await using runtime = temporaryDirectory();
    const { dir } = runtime;
    const all = Array.from({ length: RECORDS }, (_, n) => `${n}`);
    {
      await using broker = await embeddedBroker({ dir });
      await broker.ensureTopics(['first', 'second', 'third'].map((name) => ({ name, partitions: 3 })));
      await broker.ensureTopics([{ name: 'count', partitions: 1 }]);
      await broker.publish(all.map((value) => ({ topic: 'first', key: value, value })));
    }
    let acknowledged = -1;
    for (const hundreds of [2, 8, 16]) {
      const worker = startWorker(dir);
      const said = (start: string): string[] => worker.lines.filter((line) => line.startsWith(start));
      await until('it has handled some', () => said('handled').length >= hundreds && said('acknowledged').length > 0);
      await kill(worker);
      expect(said('failed')).toEqual([]);
      acknowledged = Number(said('acknowledged').at(-1)!.split(' ')[1]);
    }
    await using broker = await embeddedBroker({ dir });
    const backlog = async (topic: string): Promise<number> =>
      (await broker.lag('workers', topic)).reduce((sum, partition) => sum + partition.backlog, 0);
    // It was killed in the middle of its work.
    expect(await backlog('first')).toBeGreaterThan(0);
    const counted = values(await everything(broker, 'count'));
    expect(counted).toEqual(Array.from(counted, (_, n) => `${n}`));
    expect(counted.length).toBeGreaterThan(acknowledged);

    for (const [topic, next] of [
      ['first', 'second'],
      ['second', 'third'],
    ] as const) {
      await broker.consume({ topic, group: 'workers', concurrency: 64 }, ({ key, value }) =>
        Promise.resolve([{ topic: next, key, value }]),
      );
    }
    await until('the rest is done', async () => (await backlog('first')) + (await backlog('second')) === 0);
    for (const topic of ['second', 'third']) {
      expect(values(await everything(broker, topic)).sort()).toEqual([...all].sort());
    }
  });

  test('leaves its directory to the next one, and not to another while it lives', async () => {
    await using runtime = temporaryDirectory();
    {
      await using broker = await embeddedBroker(runtime);
      await broker.ensureTopics(['first', 'second', 'third', 'count'].map((name) => ({ name, partitions: 1 })));
    }
    const worker = startWorker(runtime.dir);
    try {
      await until('it has the log', () => worker.lines.length > 0);
      await expect(embeddedBroker(runtime)).rejects.toMatchObject({
        code: 'LOG_IN_USE',
        message: expect.stringContaining(`process ${worker.process.pid}`) as string,
      });
    } finally {
      await kill(worker);
    }
    await using broker = await embeddedBroker(runtime);
    expect(await broker.healthy()).toBe(true);
  });
});
