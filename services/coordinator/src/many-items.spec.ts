import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sizeOf } from '@millrace/broker';
import { type Fact, intakeRecord, randomId, RunEvent, runIdOf, type StepCommand } from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore, type Store } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { z } from 'zod';
import { answerOf } from './answers/answer.js';
import { startCoordinator } from './index.js';

const MAX_ITEMS = 1_200;

const work = defineStage({ name: 'work', input: z.looseObject({}), output: z.object({ ok: z.boolean() }) });
const List = z.object({ list: z.array(z.unknown()) });
const mapped = pipeline({ name: 'mapped', input: List }, ({ input, map, step }) => ({
  out: map('each', input.list, (item) => step('do', work, { item }), { concurrency: 4 }),
}));
const Titled = z.object({ title: z.string(), list: z.array(z.unknown()) });
const titled = pipeline({ name: 'titled', input: Titled }, ({ input, map, step }) => ({
  out: map('each', input.list, (item) => step('do', work, { item, title: input.title })),
}));
const Lists = z.object({ lists: z.array(z.array(z.unknown())) });
const nested = pipeline({ name: 'nested', input: Lists }, ({ input, map, step }) => ({
  out: map('outer', input.lists, (list) => map('inner', list, (item) => step('do', work, { item }))),
}));
const failing = pipeline({ name: 'failing', input: List, onFailure: 'fail' }, ({ input, map, step }) => ({
  out: map('each', input.list, (item) => step('do', work, { item })),
}));

const dir = await mkdtemp(join(tmpdir(), 'millrace-many-items-'));
const told = telemetry({ service: 'coordinator', logTo: { write: () => undefined } });
const settings = { ...serviceSettings({}), dataDir: dir };
const runtime = await openRuntime('coordinator', settings, { telemetry: told });
const store = await openStore({ databaseUrl: undefined, dataDir: dir });
/** Counts the facts that were loaded and written, and the bytes of the written ones and of all answers: the costs of a run but for its time. */
const counted = { loaded: 0, written: 0, stored: 0, answered: 0 };
const counting: Store = {
  ...store,
  writer: Object.assign(Object.create(store.writer) as Store['writer'], {
    load: async (runs: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> => {
      const found = await store.writer.load(runs);
      for (const facts of found.values()) counted.loaded += facts.length;
      return found;
    },
    commit: (commit: Parameters<Store['writer']['commit']>[0]) => {
      for (const { facts } of commit.changes) {
        counted.written += facts.length;
        counted.stored += JSON.stringify(facts).length;
      }
      for (const record of answerOf(commit.answer)) counted.answered += sizeOf(record);
      return store.writer.commit(commit);
    },
  }),
};
let running: Running;
let stage: AsyncDisposable;

beforeAll(async () => {
  const { broker, topics } = runtime;
  await broker.ensureTopics([{ name: topics.stage('work'), partitions: 2 }]);
  stage = await broker.consume({ topic: topics.stage('work'), group: 'work', concurrency: 100 }, ({ value }) => {
    const { run, step, attempt } = JSON.parse(value!.toString()) as StepCommand;
    const at = Date.now();
    const event = { type: 'step.completed', run, step, attempt, at, startedAt: at, output: { ok: true } };
    return Promise.resolve([
      { topic: topics.runs, key: run, value: JSON.stringify(RunEvent.parse(event)), packed: true },
    ]);
  });
  running = await startCoordinator(runtime, {
    store: counting,
    pipelines: [mapped, titled, nested, failing],
    maxItems: MAX_ITEMS,
  });
});
afterAll(async () => {
  await running.drain(2_000);
  await stage[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await told[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

async function ended(name: string, input: unknown): Promise<{ run: string; status: string }> {
  const key = randomId('k');
  const run = runIdOf(name, key);
  await runtime.broker.publish([intakeRecord(runtime.topics, { pipeline: name, input, key, source: 'test', at: 1 })]);
  for (;;) {
    const status = (await store.reader.run(run))?.status;
    if (status !== undefined && status !== 'running') return { run, status };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const listOf = (items: number): number[] => Array<number>(items).fill(1);

async function letterOf(run: string) {
  const { items } = await store.reader.deadLetters({ limit: 100 });
  return items.find((letter) => letter.run === run);
}

test('a map over more items than one may have is parked with the number, is never tried again, and other runs go on', async () => {
  const { run, status } = await ended('mapped', { list: listOf(MAX_ITEMS + 1) });
  expect(status).toBe('dead-lettered');
  expect(await letterOf(run)).toMatchObject({
    step: 'each',
    failure: {
      code: 'TOO_MANY_ITEMS',
      message: 'What each goes over has 1201 items, and may have 1200 (MAX_MAP_ITEMS).',
    },
  });
  expect((await ended('mapped', { list: listOf(3) })).status).toBe('completed');
});

test('a map over too many items fails its run where the pipeline says that nothing is parked', async () => {
  expect((await ended('failing', { list: listOf(MAX_ITEMS + 1) })).status).toBe('failed');
});

test('items of a map within a map count together: many lists of few items are too many as well', async () => {
  const few = Array.from({ length: 3 }, () => listOf(4));
  expect((await ended('nested', { lists: few })).status).toBe('completed');
  const { status } = await ended('nested', { lists: [...Array.from({ length: 149 }, () => []), listOf(9)] });
  expect(status).toBe('dead-lettered');
  const { items } = await store.reader.deadLetters({ limit: 100 });
  const message = 'What inner goes over has 9 items in each of 150 runs, and may have 1200 (MAX_MAP_ITEMS).';
  expect(items.filter(({ step }) => step === 'inner')).toMatchObject([
    { failure: { code: 'TOO_MANY_ITEMS', message } },
  ]);
});

test.each([
  ['items alone', 'mapped', (items: number) => ({ list: listOf(items) })],
  [
    'a field of the input that has the list',
    'titled',
    (items: number) => ({ title: 't', list: listOf(items).map(() => 'x'.repeat(200)) }),
  ],
])(
  'a map whose items read %s costs as much as it has items: facts read and written, and bytes sent, grow no faster',
  async (_, name, input) => {
    const costs: (typeof counted)[] = [];
    for (const items of [300, 600, 1_200]) {
      Object.assign(counted, { loaded: 0, written: 0, stored: 0, answered: 0 });
      expect((await ended(name, input(items))).status).toBe('completed');
      costs.push({ ...counted });
    }
    for (const cost of ['loaded', 'written', 'stored', 'answered'] as const)
      expect(costs[2]![cost]).toBeLessThan(4.6 * costs[0]![cost] + 100);
  },
);
