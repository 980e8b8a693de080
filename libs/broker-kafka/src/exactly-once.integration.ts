import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Incoming } from '@millrace/broker';
import { brokerOver, kafkaBroker } from './kafka-broker.js';
import { Clients, kafkajs } from './kafkajs.js';
import { testSettings } from './testing/config.js';
import { everything, numbered, topicsOn, until, values } from './testing/scene.js';

const settings = testSettings();

/** A stage in a process of its own. */
class Stage implements AsyncDisposable {
  readonly lines: Record<string, unknown>[] = [];
  private readonly process: ChildProcess;
  private readonly over: Promise<unknown>;

  constructor(from: string, to: string, group: string, longestMs: number) {
    const script = fileURLToPath(new URL('../dist/testing/stage.js', import.meta.url));
    this.process = spawn(process.execPath, [script, from, to, group, String(longestMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.over = new Promise((resolve) => this.process.once('exit', resolve));
    createInterface({ input: this.process.stdout! }).on('line', (line) =>
      this.lines.push(JSON.parse(line) as Record<string, unknown>),
    );
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.over;
  }
}

test('what was aborted stays unseen when transactions overlap, where a plain kafkajs consumer shows it', async () => {
  await using broker = await kafkaBroker(settings);
  const [topic] = (await topicsOn(broker, 1, 1)) as [string];
  using clients = new Clients(settings);
  const { kafka } = clients;
  const producer = async (name: string) => {
    const made = kafka.producer({ transactionalId: `${topic}-${name}`, idempotent: true, maxInFlightRequests: 1 });
    await made.connect();
    return made;
  };
  const [a, b] = await Promise.all([producer('a'), producer('b')]);
  const ofA = await a.transaction();
  await ofA.send({ topic, messages: [{ value: 'aborted 1' }] });
  const ofB = await b.transaction();
  await ofB.send({ topic, messages: [{ value: 'aborted 2' }] });
  await ofB.abort();
  await ofA.send({ topic, messages: [{ value: 'aborted 3' }] });
  await ofA.abort();
  await broker.publish([{ topic, key: null, value: 'committed' }]);
  await Promise.all([a.disconnect(), b.disconnect()]);

  // Kafka answers an abort before its marker is in the log; until then nothing behind it shows.
  await until('the aborts have taken effect', async () => (await everything(broker, topic)).length > 0);
  expect(await everything(broker, topic)).toEqual(['committed']);
  const tailed: string[] = [];
  await using tail = await broker.tail([topic], 'start', ({ value }) => tailed.push(String(value)));
  await tail.caughtUp;
  expect(tailed).toEqual(['committed']);

  const plain = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 50 });
  const shown: string[] = [];
  await plain.connect();
  await plain.subscribe({ topic, fromBeginning: true });
  await plain.run({ eachMessage: async ({ message }) => void shown.push(String(message.value)) });
  await until('the plain consumer is through', () => shown.includes('committed'));
  await plain.disconnect();
  expect(shown).toContain('aborted 1');
});

test('a zombie that wakes after its partition was taken publishes nothing', async () => {
  await using broker = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(broker, 1)) as [string, string];
  const group = randomUUID();
  await using zombie = new Stage(from, to, group, 500);
  await until('the first owner is ready', () => zombie.lines.some((line) => line['ready'] === true));
  await broker.publish(numbered(from, 0, 30));
  await until('it has records in hand', () => zombie.lines.some((line) => line['handling']));
  zombie.signal('SIGSTOP');
  await using _heir = await broker.consume({ topic: from, group, concurrency: 8 }, async ({ key, value }) => [
    { topic: to, key, value },
  ]);
  await until('the next owner has done all', async () => (await everything(broker, to)).length >= 30);
  const rejoined = zombie.lines.length;
  zombie.signal('SIGCONT');
  await until('the zombie has tried, and was told', () =>
    zombie.lines.slice(rejoined).some(({ message }) => String(message).includes('lost a commit')),
  );
  await broker.publish(numbered(from, 30, 30));
  await until('the group goes on', async () => (await everything(broker, to)).length >= 60);
  expect(await everything(broker, to)).toEqual(values(60));
});

test('kill -9 under load loses nothing and repeats nothing', async () => {
  const COUNT = 5_000;
  await using broker = await kafkaBroker(settings);
  const [from, via, to] = (await topicsOn(broker, 4, 3)) as [string, string, string];
  const groups = [randomUUID(), randomUUID()];
  const start = (hop: number): Stage =>
    hop === 0 ? new Stage(from, via, groups[0]!, 30) : new Stage(via, to, groups[1]!, 30);
  const stages = [start(0), start(0), start(1), start(1)];
  await using _all = {
    [Symbol.asyncDispose]: async () => void (await Promise.all(stages.map((stage) => stage[Symbol.asyncDispose]()))),
  };
  let seen = 0;
  await using _tail = await broker.tail([to], 'start', () => seen++);
  await until('all are ready', () => stages.every((stage) => stage.lines.some((line) => line['ready'] === true)));
  for (const [kill, share] of [0.1, 0.35, 0.6].entries()) {
    const published = Math.floor((COUNT * kill) / 3);
    await broker.publish(numbered(from, published, Math.floor((COUNT * (kill + 1)) / 3) - published));
    await until('work is under way', () => seen >= (COUNT * share) / 2);
    const hop = kill % 2;
    const victim = stages[hop * 2 + (kill >> 1)]!;
    victim.signal('SIGKILL');
    stages.push(start(hop));
  }
  await until('all have arrived', () => seen >= COUNT);
  expect(await everything(broker, to)).toEqual(values(COUNT));
  for (const { lines } of stages) expect(lines.filter((line) => line['warning'])).toEqual([]);
}, 120_000);

test('connections that break in the middle of commits lose nothing and repeat nothing', async () => {
  const COUNT = 3_000;
  await using sure = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(sure, 3)) as [string, string];
  const sockets = new Set<Socket>();
  const clients = new Clients(settings, ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  });
  let commits = 0;
  let handled = 0;
  let losses = 0;
  await using broker = await brokerOver(clients, {
    ...settings,
    log: (_, message) => message.includes('lost a commit') && losses++,
    onMetric: ({ name }) => {
      if (name !== 'commit' || ++commits % 10 !== 0) return;
      // Some break while requests are on their way, some while answers are.
      setTimeout(
        () => [...sockets][commits % sockets.size]?.destroy(new Error('The connection broke')),
        (commits * 0.7) % 10,
      );
    },
  });
  await using _stage = await broker.consume(
    { topic: from, group: randomUUID(), concurrency: 20 },
    async ({ key, value }) => {
      await sleep((++handled * 7) % 10);
      return [{ topic: to, key, value }];
    },
  );
  let seen = 0;
  await using _tail = await sure.tail([to], 'start', () => seen++);
  // Which connection breaks depends on when commits come: until one has hit a commit.
  let total = 0;
  while (losses === 0) {
    await sure.publish(numbered(from, total, COUNT));
    total += COUNT;
    await until('all have arrived', () => seen >= total);
  }
  expect(await everything(sure, to)).toEqual(values(total));
  await broker[Symbol.asyncDispose]();
  // One that stays would keep this process alive until Kafka takes it for idle.
  await until('none of its connections is left', () => sockets.size === 0);
}, 120_000);

test("after a load the group's offset is at the end, transaction markers included, and nothing was worth a warning", async () => {
  const said: string[] = [];
  const warnings: string[] = [];
  const hear = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', hear);
  await using broker = await kafkaBroker({
    ...settings,
    log: (level, message) => (level === 'warn' || level === 'error') && said.push(message),
  });
  const [from, via, to] = (await topicsOn(broker, 2, 3)) as [string, string, string];
  const group = randomUUID();
  const copy =
    (topic: string) =>
    async ({ key, value, headers }: Incoming) => [{ topic, key, value, headers }];
  await using _first = await broker.consume({ topic: from, group: `${group}-1`, concurrency: 100 }, copy(via));
  await using _second = await broker.consume({ topic: via, group: `${group}-2`, concurrency: 100 }, copy(to));
  for (let i = 0; i < 20; i++) await broker.publish(numbered(from, i * 50, 50));
  await until('the group is at the end', async () => {
    const lag = await broker.lag(`${group}-2`, via);
    return lag.every(({ committed, end }) => committed === end) && (await everything(broker, to)).length === 1_000;
  });
  using clients = new Clients(settings);
  const { kafka } = clients;
  const admin = kafka.admin();
  await admin.connect();
  const [offsets, ends] = await Promise.all([
    admin.fetchOffsets({ groupId: `${group}-2`, topics: [via] }),
    admin.fetchTopicOffsets(via),
  ]);
  await admin.disconnect();
  const byPartition = (list: readonly { partition: number; offset: string }[]) =>
    list.map(({ partition, offset }) => `${partition}:${offset}`).sort();
  expect(byPartition(offsets[0]!.partitions)).toEqual(byPartition(ends));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
  expect(said).toEqual([]);
});

test('values and headers written by other clients, compressed ones too, are read as they were sent', async () => {
  await using broker = await kafkaBroker(settings);
  const [topic] = (await topicsOn(broker, 1, 1)) as [string];
  using clients = new Clients(settings);
  const { kafka } = clients;
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 50 }, (_, i) => ({
    key: `${i}`,
    value: 'v'.repeat(i),
    headers: { one: '1', two: ['a', 'b'] },
    timestamp: String(1_700_000_000_000 + i),
  }));
  await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
  await producer.disconnect();
  const records = await broker.browse({ topic, partition: 0, offset: 10, limit: 100 });
  expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 40 }, (_, i) => i + 10));
  expect(records[5]).toMatchObject({
    key: Buffer.from('15'),
    value: Buffer.from('v'.repeat(15)),
    timestamp: 1_700_000_000_015,
  });
  expect({ ...records[0]!.headers }).toEqual({ one: Buffer.from('1'), two: [Buffer.from('a'), Buffer.from('b')] });
});
