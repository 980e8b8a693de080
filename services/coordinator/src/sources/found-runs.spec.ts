import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deploymentRecord,
  intakeRecord,
  randomId,
  RunEvent,
  runIdOf,
  type RunTagRequested,
  type StepCommand,
} from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore, readRunFilter } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Order = z.object({ customer: z.string(), amount: z.number(), goes: z.enum(['well', 'again', 'wrong']) });
const check = defineStage({ name: 'check', input: z.looseObject({}), output: z.object({ risk: z.string() }) });
const orders = pipeline({ name: 'orders', input: Order }, ({ input, step, review, title, attributes }) => {
  const checked = step('check', check, input, { retry: { maxAttempts: 2, initialMs: 3_600_000 } });
  title(['Order of', input.customer]);
  attributes({ customer: input.customer, amount: input.amount, risk: checked.risk });
  return review('approve', z.object({ ok: z.boolean() }), { show: { checked }, timeout: '3d' });
});

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-found-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running;
let stage: AsyncDisposable;

beforeAll(async () => {
  await broker.ensureTopics([{ name: topics.stage('check'), partitions: 1 }]);
  stage = await broker.consume({ topic: topics.stage('check'), group: 'check', concurrency: 5 }, ({ value }) => {
    const { run, step, attempt, input } = JSON.parse(String(value)) as StepCommand & { input: z.infer<typeof Order> };
    const at = Date.now();
    const about = { run, step, attempt, at, startedAt: at };
    const kind = input.goes === 'wrong' ? 'permanent' : 'transient';
    const failure = { code: input.goes === 'wrong' ? 'STAGE_INPUT_INVALID' : 'STAGE_THREW', kind, message: 'No.' };
    const event =
      input.goes === 'well'
        ? { type: 'step.completed', ...about, output: { risk: input.amount > 100 ? 'high' : 'low' } }
        : { type: 'step.failed', ...about, failure };
    const said = JSON.stringify(RunEvent.parse(event));
    return Promise.resolve([{ topic: topics.runs, key: run, value: said, packed: true }]);
  });
  running = await startCoordinator(runtime, { store, pipelines: [orders] });
  await until(async () => (await running.ready()) === true);
}, 60_000);
afterAll(async () => {
  await running.drain(2_000);
  await stage[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

async function order(input: z.infer<typeof Order>): Promise<string> {
  const key = randomId('key');
  await broker.publish([intakeRecord(topics, { pipeline: 'orders', key, input, source: '/tests', at: Date.now() })]);
  return runIdOf('orders', key);
}

const found = async (where: string): Promise<readonly string[]> =>
  (await store.reader.runs({ where: readRunFilter(where, Date.now()), limit: 50 })).items.map(({ id }) => id);

test('a run is found by the title and the attributes that its pipeline declares, by how it stands, and by the code that holds it up', async () => {
  const [ann, bob, eve] = [
    await order({ customer: 'ann', amount: 250, goes: 'well' }),
    await order({ customer: 'bob', amount: 20, goes: 'again' }),
    await order({ customer: 'eve', amount: 5, goes: 'wrong' }),
  ];
  await until(async () => (await found('state == "waiting-for-person"')).length === 1);
  await until(async () => (await found('code == "STAGE_THREW" && state == "retrying"')).length === 1);
  await until(async () => (await found('state == "dead-lettered"')).length === 1);
  // An attribute that reads a step is there once the step has ended.
  expect(await found('attributes.risk == "high"')).toEqual([ann]);
  expect(await found('attributes.amount <= 20 && attributes.customer != "eve"')).toEqual([bob]);
  expect(await found('title.contains("Order of e")')).toEqual([eve]);
  expect(await found('code == "STAGE_INPUT_INVALID"')).toEqual([eve]);
  const { states, runs } = await store.reader.counts({ pipeline: 'orders', atMost: 10 });
  expect([states, runs['dead-lettered']]).toEqual([
    {
      retrying: 1,
      'waiting-for-model': 0,
      'waiting-for-person': 1,
      'waiting-for-signal': 0,
      'waiting-for-run': 0,
      sleeping: 0,
    },
    1,
  ]);
  const id = randomId('act');
  const tag: RunTagRequested = { type: 'run.tag-requested', id, at: Date.now(), run: ann, add: ['vip'], by: 'bob' };
  await broker.publish([deploymentRecord(topics, tag, id)]);
  await until(async () => (await found('"vip" in tags')).length === 1);
  const labels = (await store.reader.labels([ann])).get(ann);
  expect(labels).toEqual({ attributes: { customer: 'ann', amount: 250, risk: 'high' }, tags: ['vip'] });
});
