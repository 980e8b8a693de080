import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeRecord, randomId, runIdOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { startCoordinator } from '../coordinator.js';
import { deployment } from './deployment.js';
import { until } from '../testing/until.js';

const log: string[] = [];
const told = telemetry({ service: 'coordinator', logTo: { write: (line) => void log.push(line) } });
const dir = await mkdtemp(join(tmpdir(), 'millrace-bad-plans-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({}), dataDir: dir }, { telemetry: told });
const store = await openStore({ databaseUrl: undefined, dataDir: dir });
let running: Running | undefined;

const begin = async () => {
  running = await startCoordinator(runtime, { store, pipelines: [] });
  await until(async () => (await running!.ready()) === true);
};
afterEach(() => running?.drain(2_000));
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await told[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const planOf = (pipeline: string, inputSchema: object = {}) => ({
  format: 1,
  pipeline,
  inputSchema,
  steps: { a: { kind: 'value', value: 'done', predecessors: [] } },
  output: { $ref: ['a'] },
});
const RECURSIVE = { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' };

const ask = async (request: object): Promise<string> => {
  const id = randomId('dep');
  const { topics, broker } = runtime;
  await broker.publish([{ topic: topics.deployments, key: 'p', value: JSON.stringify({ id, at: 1, ...request }) }]);
  return id;
};
const outcomeOf = (id: string) => until(() => store.reader.deployed.outcome(id));
const deployed = async (plan: object, contracts: object = {}) =>
  outcomeOf(await ask({ type: 'pipeline.deploy-requested', plan, contracts }));

const start = async (pipeline: string): Promise<string> => {
  const key = randomId('key');
  const record = intakeRecord(runtime.topics, { pipeline, key, input: {}, source: '/tests', at: Date.now() });
  await runtime.broker.publish([record]);
  return runIdOf(pipeline, record.headers!['idempotency-key'] as string);
};
const completes = (run: string) => until(async () => (await store.reader.run(run))?.status === 'completed');

test.each<[string, object, object]>([
  ['a schema that refers only to itself', planOf('bad', RECURSIVE), {}],
  ['such a schema in a contract', planOf('bad'), { reading: { input: RECURSIVE, output: {} } }],
  ['a reference that leads nowhere', planOf('bad', { $ref: '#/$defs/none' }), {}],
  ['a pattern that needs back-tracking', planOf('bad', { pattern: '(a)\\1' }), {}],
  [
    'a stage that no topic can be called after',
    {
      ...planOf('bad'),
      steps: { a: { ...{ kind: 'stage', stage: 'a b', input: null, retry: {}, timeoutMs: 1 }, predecessors: [] } },
      output: null,
    },
    {},
  ],
  [
    'a topic that there cannot be',
    { ...planOf('bad'), starts: { triggers: { t: { topic: 'a b', input: null } } } },
    {},
  ],
  ['no steps', { format: 1, pipeline: 'bad' }, {}],
])(
  'a plan with %s, straight on the topic, is refused, and what comes after it is deployed',
  async (_, plan, contracts) => {
    await begin();
    expect(await deployed(plan, contracts)).toMatchObject({ status: 'refused', failure: { code: 'PLAN_REFUSED' } });
    const name = randomId('good').replaceAll('_', '-').slice(0, 20);
    expect(await deployed(planOf(name))).toMatchObject({ status: 'applied' });
    await completes(await start(name));
  },
);

test('a schedule that cannot be read, straight on the topic, is refused, and what comes after it is made', async () => {
  await begin();
  await deployed(planOf('timed'));
  const make = (more: object) =>
    ask({ type: 'schedule.make-requested', pipeline: 'timed', name: 'daily', cron: '0 9 * * *', input: {}, ...more });
  for (const bad of [{ cron: 'nonsense' }, { zone: 'Nowhere' }, { name: 'a b/c' }, { cron: '0 0 31 2 *' }])
    expect(await outcomeOf(await make(bad))).toMatchObject({
      status: 'refused',
      failure: { code: 'SCHEDULE_REFUSED' },
    });
  expect(await outcomeOf(await make({}))).toMatchObject({ status: 'applied' });
});

test('a stored plan that cannot be used puts its pipeline out of order, and no other, also after a restart', async () => {
  // As a version of Millrace that did not look at schemas would have stored it.
  const old = loadPlan(planOf('old', RECURSIVE));
  const request = { type: 'pipeline.deploy-requested' as const, id: 'dep_old', at: 1, contracts: {} };
  await store.deployments.apply({ id: request.id, at: 1, pipeline: 'old', stages: [] }, (now) =>
    deployment({ ...request, plan: planOf('old', RECURSIVE) }, old, now),
  );
  for (let restarts = 0; restarts < 2; restarts++) {
    log.length = 0;
    await begin();
    expect(log.join('')).toContain('A stored plan cannot be used');
    await start('old');
    expect(await deployed(planOf('new', { title: String(restarts) }))).toMatchObject({ status: 'applied' });
    await completes(await start('new'));
    const [letter] = (await store.reader.deadLetters({ limit: 10 })).items;
    expect(letter).toMatchObject({ failure: { code: 'PLAN_REFUSED' } });
    expect(await outcomeOf(await ask({ type: 'pipeline.pause-requested', pipeline: 'new' }))).toMatchObject({
      status: 'applied',
    });
    expect(await outcomeOf(await ask({ type: 'pipeline.resume-requested', pipeline: 'new' }))).toMatchObject({
      status: 'applied',
    });
    await running!.drain(2_000);
  }
  await begin();
  expect(await deployed(planOf('old'))).toMatchObject({ status: 'applied' });
  await completes(await start('old'));
});
