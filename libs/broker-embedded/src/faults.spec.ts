import fs from 'node:fs';
import { jest } from '@jest/globals';
import type { Broker } from '@millrace/broker';
import { everything, segmentFiles, temporaryDirectory, until, values } from './testing/logs.js';
import { embeddedBroker } from './embedded-broker.js';

const topic = 'work';
const record = (value: string) => ({ topic, key: value, value });

async function withRecords(dir: string, count: number): Promise<void> {
  await using broker = await embeddedBroker({ dir, segmentBytes: 2000 });
  await broker.ensureTopics([{ name: topic, partitions: 1 }]);
  for (let n = 0; n < count; n++) await broker.publish([record(`${n}`)]);
}

describe('a full disk', () => {
  afterEach(() => jest.restoreAllMocks());

  /** Writes half of what it is given, then finds no room. */
  function fill(): void {
    const write = fs.writeSync.bind(fs) as (...args: unknown[]) => number;
    let half = false;
    jest.spyOn(fs, 'writeSync').mockImplementation(((
      fd: number,
      bytes: Buffer,
      at: number,
      length: number,
      to: number,
    ) => {
      half = !half;
      if (half && length > 1) return write(fd, bytes, at, length >> 1, to);
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    }) as typeof fs.writeSync);
    jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
  }

  test('refuses a publish, leaves nothing half-written, and takes it once there is room', async () => {
    await using runtime = temporaryDirectory();
    {
      await using broker = await embeddedBroker(runtime);
      await broker.ensureTopics([{ name: topic, partitions: 2 }]);
      await broker.publish([record('before')]);
      fill();
      await expect(broker.publish([record('a'), record('b'), record('c')])).rejects.toMatchObject({ code: 'LOG_FULL' });
      expect(await broker.healthy()).toBe(false);
      await expect(broker.ensureTopics([{ name: 'other', partitions: 1 }])).rejects.toMatchObject({ code: 'LOG_FULL' });
      jest.restoreAllMocks();
      await broker.publish([record('after')]);
      expect(await broker.healthy()).toBe(true);
    }
    await using broker = await embeddedBroker(runtime);
    expect(values(await everything(broker, topic)).sort()).toEqual(['after', 'before']);
    await expect(broker.partitionsOf('other')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
  });

  test('is told of by name as long as it is full, whether anybody writes or not, and no more once there is room', async () => {
    await using runtime = temporaryDirectory();
    await using broker = await embeddedBroker(runtime);
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    expect([await broker.healthy(), broker.ailment]).toEqual([true, undefined]);
    fill();
    await expect(broker.publish([record('a')])).rejects.toMatchObject({ code: 'LOG_FULL' });
    const looks = jest.mocked(fs.writeFileSync);
    await until('it has looked for room twice', () => looks.mock.calls.length >= 2);
    expect(await broker.healthy()).toBe(false);
    expect(broker.ailment).toContain(`There is no room for the log in ${runtime.dir}`);
    jest.restoreAllMocks();
    await until('there is room', () => broker.healthy());
    expect(broker.ailment).toBeUndefined();
  });

  test('makes consumption wait: what was answered is not handled again, and all goes on by itself', async () => {
    await using runtime = temporaryDirectory();
    await using broker = await embeddedBroker(runtime);
    await broker.ensureTopics([topic, 'out'].map((name) => ({ name, partitions: 1 })));
    await broker.publish(['0', '1', '2'].map(record));
    const handled: string[] = [];
    let attempts = 0;
    const consumption = await broker.consume({ topic, group: 'g', concurrency: 1 }, ({ value }) => {
      handled.push(String(value));
      if (attempts++ === 0) fill();
      return Promise.resolve([{ topic: 'out', key: null, value }]);
    });
    await until('the disk is found full', async () => !(await broker.healthy()));
    expect(consumption.ready).toBe(true);
    jest.restoreAllMocks();
    await until('all are answered', async () => (await everything(broker, 'out')).length === 3);
    expect(handled).toEqual(['0', '1', '2']);
  });
});

describe('a disk that fails to sync', () => {
  afterEach(() => jest.restoreAllMocks());

  test('ends writing for good, because what it holds is not known, and a new start goes on', async () => {
    await using runtime = temporaryDirectory();
    {
      await using broker = await embeddedBroker(runtime);
      await broker.ensureTopics([{ name: topic, partitions: 1 }]);
      jest
        .spyOn(fs, 'fdatasync')
        .mockImplementation((_, done) => done(Object.assign(new Error('EIO'), { code: 'EIO' })));
      const unavailable = { code: 'BROKER_UNAVAILABLE' };
      await expect(broker.publish([record('unsure')])).rejects.toMatchObject(unavailable);
      jest.restoreAllMocks();
      await expect(broker.publish([record('later')])).rejects.toMatchObject(unavailable);
      expect(await broker.healthy()).toBe(false);
    }
    await using broker = await embeddedBroker(runtime);
    await broker.publish([record('again')]);
    expect(values(await everything(broker, topic))).not.toContain('later');
  });
});

describe('a damaged log', () => {
  const open = async (dir: string): Promise<Broker> => embeddedBroker({ dir });
  const damaged = (file: string) => ({ code: 'LOG_DAMAGED', message: expect.stringContaining(file) as string });

  test.each([
    ['a byte is changed in the middle of', (file: string) => overwrite(file, fs.statSync(file).size >> 1)],
    ['the beginning is changed of', (file: string) => overwrite(file, 0)],
    ['the end is missing from', (file: string) => fs.truncateSync(file, fs.statSync(file).size - 7)],
    ['nothing is left of', (file: string) => fs.truncateSync(file, 0)],
  ])('is refused, and left as it is, when %s an older file', async (_, damage) => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 60);
    const files = segmentFiles(runtime.dir);
    expect(files.length).toBeGreaterThan(2);
    damage(files[1]!);
    const contents = files.map((file) => fs.readFileSync(file));
    await expect(open(runtime.dir)).rejects.toMatchObject(damaged(files[1]!));
    expect(files.map((file) => fs.readFileSync(file))).toEqual(contents);
  });

  test('is refused when a file is missing', async () => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 60);
    fs.rmSync(segmentFiles(runtime.dir)[1]!);
    await expect(open(runtime.dir)).rejects.toMatchObject(damaged(runtime.dir));
  });

  test('is refused when something unreadable lies before what was acknowledged later', async () => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 60);
    const last = segmentFiles(runtime.dir).at(-1)!;
    const intact = fs.readFileSync(last);
    overwrite(last, 40);
    await expect(open(runtime.dir)).rejects.toMatchObject(damaged(last));
    fs.writeFileSync(last, intact);
    await using broker = await open(runtime.dir);
    expect(await everything(broker, topic)).toHaveLength(60);
  });

  test('is refused when less is there than was acknowledged', async () => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 3);
    const [file] = segmentFiles(runtime.dir);
    const intact = fs.readFileSync(file!);
    for (const left of [intact.subarray(0, -1), intact.subarray(0, intact.length >> 1), Buffer.alloc(0)]) {
      fs.writeFileSync(file!, left);
      await expect(open(runtime.dir)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
      expect(fs.readFileSync(file!).equals(left)).toBe(true);
    }
    fs.rmSync(file!);
    await expect(open(runtime.dir)).rejects.toMatchObject(damaged(runtime.dir));
    fs.writeFileSync(file!, intact);
    await using broker = await open(runtime.dir);
    expect(await everything(broker, topic)).toHaveLength(3);
  });

  test('is not one whose last commit is torn: that had not been acknowledged', async () => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 10);
    const last = segmentFiles(runtime.dir).at(-1)!;
    fs.appendFileSync(last, fs.readFileSync(last).subarray(0, 50));
    await using broker = await open(runtime.dir);
    await broker.publish([record('next')]);
    expect(values(await everything(broker, topic)).at(-1)).toBe('next');
    expect(await everything(broker, topic)).toHaveLength(11);
  });

  test('is not one that died as it began a file', async () => {
    await using runtime = temporaryDirectory();
    await withRecords(runtime.dir, 60);
    const last = segmentFiles(runtime.dir).at(-1)!;
    const next = Number(/(\d+)\.log$/.exec(last)![1]) + fs.statSync(last).size;
    fs.writeFileSync(last.replace(/\d+\.log$/, `${String(next).padStart(16, '0')}.log`), 'torn');
    await using broker = await open(runtime.dir);
    expect(await everything(broker, topic)).toHaveLength(60);
  });
});

function overwrite(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at] = bytes[at]! ^ 0xff;
  fs.writeFileSync(file, bytes);
}

describe('one directory', () => {
  test('is shared by several brokers of a process, and free when the last one is closed', async () => {
    await using runtime = temporaryDirectory();
    const [first, second] = await Promise.all([embeddedBroker(runtime), embeddedBroker(runtime)]);
    await first.ensureTopics([{ name: topic, partitions: 1 }]);
    await first.publish([record('shared')]);
    await first[Symbol.asyncDispose]();
    expect(values(await everything(second, topic))).toEqual(['shared']);
    await expect(first.publish([record('x')])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await second[Symbol.asyncDispose]();
    expect(fs.readdirSync(runtime.dir).filter((name) => name.startsWith('lock'))).toEqual([]);
    await using third = await embeddedBroker(runtime);
    expect(values(await everything(third, topic))).toEqual(['shared']);
  });

  test.each(['', 'nonsense', '999999999 boot 1', `${process.pid} another-boot 17`])(
    'is taken over from a process that is gone, whatever its lock says (%j)',
    async (content) => {
      await using runtime = temporaryDirectory();
      fs.writeFileSync(`${runtime.dir}/lock`, content);
      await using broker = await embeddedBroker(runtime);
      expect(await broker.healthy()).toBe(true);
    },
  );
});
