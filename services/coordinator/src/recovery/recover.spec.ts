import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeRecord, randomId, type RecoveryReport, RunEvent, runIdOf, type StepCommand } from '@millrace/contracts';
import type { Broker } from '@millrace/broker';
import { defineStage, fromTopic, pipeline, topic } from '@millrace/pipeline';
import { comparePartitions, decidedTopics, openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore, type Store } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../coordinator.js';
import { until } from '../testing/until.js';

const Anything = z.looseObject({});
const work = defineStage({ name: 'work', input: Anything, output: z.object({ ok: z.boolean() }) });
const straight = pipeline({ name: 'straight', input: Anything }, ({ input, step }) => step('a', work, input));
const asked = pipeline({ name: 'asked', input: Anything }, ({ input, step, review }) => {
  const done = step('a', work, input);
  return review('approve', z.object({ fine: z.boolean() }), { show: done });
});
/** One at a time, and the next in its turn. */
const oneByOne = pipeline(
  { name: 'one-by-one', input: Anything, concurrency: { limit: 1, whenFull: 'queue' } },
  ({ input, step }) => step('a', work, input),
);

const Payment = z.object({ order: z.string() });
/** Waits for a record of the topic `payments`. */
const paid = pipeline({ name: 'paid', input: z.object({ key: z.string() }) }, ({ input, signal }) =>
  signal('payment', Payment, {
    from: fromTopic('payments', { value: Payment, key: ({ value }) => value.order, on: input.key, keep: '1h' }),
  }),
);
/** Three records are a run. */
const digest = pipeline(
  {
    name: 'digest',
    input: Anything,
    trigger: topic('mails', { batch: { max: 3, within: '1h', input: (items) => ({ items }) } }),
  },
  ({ input, step }) => step('a', work, input),
);

/** An installation on the embedded log whose store can be put back. */
class World implements AsyncDisposable {
  store!: Store;
  running: Running | undefined;
  /** The first offset that a partition still holds. */
  readonly kept = new Map<string, number>();
  /** Returns the number of times that the stage was asked for a run's step. */
  readonly worked = new Map<string, number>();

  private constructor(
    readonly dir: string,
    readonly runtime: Awaited<ReturnType<typeof openRuntime>>,
  ) {}

  static async open(): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'millrace-recover-'));
    const settings = { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir: dir };
    const world = new World(dir, await openRuntime('coordinator', settings));
    await world.runtime.broker.ensureTopics(['payments', 'mails'].map((name) => ({ name, partitions: 1 })));
    await world.serveStage();
    await world.begin();
    return world;
  }

  private async serveStage(): Promise<void> {
    const { broker, topics } = this.runtime;
    const topic = topics.stage('work');
    await broker.ensureTopics([{ name: topic, partitions: 2 }]);
    await broker.consume({ topic, group: 'work', concurrency: 10 }, ({ value }) => {
      const { run, step, attempt } = JSON.parse(value!.toString()) as StepCommand;
      this.worked.set(run, (this.worked.get(run) ?? 0) + 1);
      const at = Date.now();
      const event = { type: 'step.completed', run, step, attempt, at, startedAt: at, output: { ok: true } };
      return Promise.resolve([
        { topic: topics.runs, key: run, value: JSON.stringify(RunEvent.parse(event)), packed: true },
      ]);
    });
  }

  async begin(): Promise<void> {
    this.store = await openStore({ databaseUrl: undefined, dataDir: this.dir });
    const runtime = { ...this.runtime, broker: this.shortened(this.runtime.broker) };
    const pipelines = [straight, asked, oneByOne, paid, digest];
    this.running = await startCoordinator(runtime, { store: this.store, pipelines });
  }

  /** The log as it would be had retention removed what stands below these offsets. */
  private shortened(broker: Broker): Broker {
    const startOf = (at: { topic: string; partition: number }) => this.kept.get(`${at.topic}/${at.partition}`) ?? 0;
    const shorter: Pick<Broker, 'browse' | 'lag'> = {
      browse: async (at) => broker.browse({ ...at, offset: Math.max(at.offset, startOf(at)) }),
      lag: async (group, topic) =>
        (await broker.lag(group, topic)).map((one) => ({ ...one, start: Math.max(one.start, startOf(one)) })),
    };
    return new Proxy(broker, {
      get(target, name) {
        if (name === 'browse' || name === 'lag') return shorter[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async end(): Promise<void> {
    await this.running?.drain(2_000);
    await this.store[Symbol.asyncDispose]();
  }

  /** Keeps the store as it is now. */
  async backUp(): Promise<void> {
    await this.end();
    await cp(join(this.dir, 'store'), join(this.dir, 'backup'), { recursive: true });
    await this.begin();
  }

  /** Puts that store, or an empty one, in the place of this one. */
  async putBack(what: 'backup' | 'empty'): Promise<void> {
    await this.end();
    await rm(join(this.dir, 'store'), { recursive: true });
    if (what === 'backup') await cp(join(this.dir, 'backup'), join(this.dir, 'store'), { recursive: true });
    await this.begin();
  }

  async start(name: string, key: string): Promise<string> {
    const request = { pipeline: name, key, input: { key }, source: '/tests', at: Date.now() };
    const record = intakeRecord(this.runtime.topics, request);
    await this.runtime.broker.publish([record]);
    return runIdOf(name, String(record.headers!['idempotency-key']));
  }

  async answer(run: string): Promise<void> {
    const event = { type: 'step.signalled', run, step: 'approve', at: Date.now(), id: randomId('a') };
    const value = JSON.stringify(RunEvent.parse({ ...event, payload: { fine: true }, by: 'ann' }));
    await this.runtime.broker.publish([{ topic: this.runtime.topics.runs, key: run, value, packed: true }]);
  }

  async pay(order: string): Promise<void> {
    await this.runtime.broker.publish([{ topic: 'payments', key: null, value: JSON.stringify({ order }) }]);
  }

  /** Resolves once a group has taken all records of a topic. */
  taken(group: string, name: string): Promise<unknown> {
    return until(async () =>
      (await this.runtime.broker.lag(group, name)).every(({ committed, end }) => (committed ?? 0) === end),
    );
  }

  until(run: string, status: string): Promise<unknown> {
    return until(async () => (await this.store.reader.run(run))?.status === status);
  }

  async recover(apply: boolean): Promise<RecoveryReport> {
    const id = randomId('rec');
    const { broker, topics } = this.runtime;
    const value = JSON.stringify({ type: 'recovery.requested', id, at: Date.now(), apply });
    await broker.publish([{ topic: topics.deployments, key: id, value }]);
    return until(async () => {
      const report = await this.store.reader.recovery(id);
      return report?.status === 'done' ? report : undefined;
    });
  }

  /** The values that stand on a topic. */
  async said(topic: string): Promise<readonly { run: string }[]> {
    const { broker } = this.runtime;
    const values: { run: string }[] = [];
    for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++)
      for (const { value } of await broker.browse({ topic, partition, offset: 0, limit: 10_000 }))
        values.push(JSON.parse(String(value)) as { run: string });
    return values;
  }

  /** The runs whose results stand on the topic, once there are so many: the store knows of an end before the log does. */
  async results(least: number): Promise<readonly string[]> {
    const said = await until(async () => {
      const values = await this.said(this.runtime.topics.results);
      return values.length >= least && values;
    });
    return said.map(({ run }) => run).sort();
  }

  /** Partitions that are not where their group is. */
  async differing(): Promise<readonly string[]> {
    const { broker } = this.runtime;
    const all = await comparePartitions({ broker, store: this.store.recoveries }, decidedTopics(this.runtime));
    return all.filter(({ standing }) => standing !== 'even').map(({ standing }) => standing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.runtime[Symbol.asyncDispose]();
    await rm(this.dir, { recursive: true });
  }
}

test('a store that was put back takes nothing and names the command; recovered, it says nothing twice and knows every answer', async () => {
  await using world = await World.open();
  const { topics } = world.runtime;
  const waiting = [await world.start('asked', 'before-1'), await world.start('asked', 'before-2')];
  for (const run of waiting) await world.until(run, 'waiting');
  await world.backUp();
  await world.answer(waiting[0]!);
  await world.until(waiting[0]!, 'completed');
  const later: string[] = [];
  for (let n = 0; n < 5; n++) later.push(await world.start('straight', `later-${n}`));
  for (let n = 0; n < 5; n++) later.push(await world.start('one-by-one', `turn-${n}`));
  for (const run of later) await world.until(run, 'completed');

  await world.putBack('backup');
  expect(await world.running!.ready()).toMatch(/older than what Kafka was told .*`millrace recover`/);
  const more = await world.start('straight', 'while-held');
  expect(await world.recover(false)).toMatchObject({ applied: false, runs: 11, results: 11, missing: [] });
  expect((await world.store.reader.run(later[0]!))?.status).toBeUndefined();

  expect(await world.recover(true)).toMatchObject({ applied: true, missing: [], published: 0 });
  for (const run of [...later, more, waiting[0]!]) await world.until(run, 'completed');
  const answered = (await world.store.reader.run(waiting[0]!))!.facts;
  expect(answered).toContainEqual(expect.objectContaining({ type: 'step.answered', by: 'ann' }));
  await world.answer(waiting[1]!);
  await world.until(waiting[1]!, 'completed');
  const ended = [...later, ...waiting, more].sort();
  expect(await world.results(ended.length)).toEqual(ended);
  expect([...world.worked.values()].every((times) => times === 1)).toBe(true);
  expect(await world.said(topics.deadLetters)).toEqual([]);
  expect(await world.running!.ready()).toBe(true);
  expect(await world.recover(true)).toMatchObject({ runs: 0, published: 0, missing: [] });
});

test('what retention has removed is named run by run, and a run whose result stands has ended with it', async () => {
  await using world = await World.open();
  const { broker, groups, topics } = world.runtime;
  const waiting = [await world.start('asked', 'before-1'), await world.start('asked', 'before-2')];
  for (const run of waiting) await world.until(run, 'waiting');
  await world.backUp();
  await world.answer(waiting[0]!);
  await world.until(waiting[0]!, 'completed');
  const lost = await world.start('straight', 'lost');
  await world.until(lost, 'completed');
  await until(async () => (await world.differing()).length === 0);
  for (const [topic, group] of [
    [topics.intake, groups.intake],
    [topics.runs, groups.runs],
  ] as const)
    for (const { partition, end } of await broker.lag(group, topic)) world.kept.set(`${topic}/${partition}`, end);
  await world.putBack('backup');
  const { missing } = await world.recover(true);
  const named = new Map(missing.map(({ run, gone, status, result }) => [run, [gone, status, result]]));
  expect(named.get(lost)).toEqual(['request', 'absent', true]);
  expect(named.get(waiting[0]!)).toEqual(['events', 'completed', true]);
  expect(named.get(waiting[1]!) ?? ['events', 'waiting', false]).toEqual(['events', 'waiting', false]);
  await until(async () => (await world.running!.ready()) === true);
  await world.until(waiting[0]!, 'completed');
  await world.answer(waiting[1]!);
  await world.until(waiting[1]!, 'completed');
  const ended = [...waiting, lost].sort();
  expect(await world.results(ended.length)).toEqual(ended);
  expect([...world.worked.values()].every((times) => times === 1)).toBe(true);
});

test('a signal that came after the backup reaches the run that waits for it then, and once; what a trigger was gathering is named', async () => {
  await using world = await World.open();
  const { broker, groups, topics } = world.runtime;
  const early = await world.start('paid', 'early');
  await world.until(early, 'waiting');
  await world.backUp();
  await world.pay('early');
  await world.until(early, 'completed');
  await world.pay('late');
  await broker.publish([{ topic: 'mails', key: null, value: JSON.stringify({ text: 'a part of a run' }) }]);
  await world.taken(groups.signals('payments'), 'payments');
  const trigger = digest.loaded.starts.triggers[0]!.name;
  await world.taken(groups.trigger('digest', trigger), 'mails');

  await world.putBack('backup');
  const gathered = [{ trigger: `digest/${trigger}`, topic: 'mails', partition: 0, from: 0, until: 1 }];
  expect(await world.recover(false)).toMatchObject({ applied: false, gathered });
  expect(await world.recover(true)).toMatchObject({ applied: true, published: 0, missing: [], gathered });
  const late = await world.start('paid', 'late');
  await world.until(late, 'completed');
  await world.until(early, 'completed');
  const ended = [early, late].sort();
  expect(await world.results(ended.length)).toEqual(ended);
  expect(await world.said(topics.deadLetters)).toEqual([]);
});

test('an empty database under topics that were read is not taken for a first start, and learns from the topics what they hold', async () => {
  await using world = await World.open();
  const runs = [await world.start('straight', 'one'), await world.start('asked', 'two')];
  await world.until(runs[0]!, 'completed');
  await world.until(runs[1]!, 'waiting');
  await world.putBack('empty');
  expect(await world.running!.ready()).toMatch(/store none/);
  expect(await world.recover(true)).toMatchObject({ runs: 2, missing: [] });
  await world.until(runs[0]!, 'completed');
  await world.answer(runs[1]!);
  await world.until(runs[1]!, 'completed');
  expect(await world.results(2)).toHaveLength(2);
  expect([...world.worked.values()]).toEqual([1, 1]);
});

test('nothing of ordinary life is taken for a restore: a first start, records that are parked, a coordinator that ends and begins', async () => {
  await using world = await World.open();
  const { broker, topics } = world.runtime;
  expect(await world.differing()).toEqual([]);
  await world.until(await world.start('straight', 'first'), 'completed');
  for (let partition = 0; partition < (await broker.partitionsOf(topics.runs)); partition++) {
    const bad = { partition, key: null, value: 'no JSON' };
    await broker.publish([
      { topic: topics.intake, ...bad },
      { topic: topics.runs, ...bad },
    ]);
  }
  const count = 2 * (await broker.partitionsOf(topics.runs));
  await until(async () => (await world.store.reader.deadLetters({ limit: 100 })).items.length === count);
  await until(async () => (await world.differing()).length === 0);
  await world.end();
  await world.begin();
  await until(async () => (await world.running!.ready()) === true);
  await world.until(await world.start('straight', 'second'), 'completed');
  expect(await world.differing()).toEqual([]);
});
