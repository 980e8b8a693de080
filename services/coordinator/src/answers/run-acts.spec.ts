import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deploymentRecord,
  type DeploymentRequest,
  eventRecord,
  intakeRecord,
  randomId,
  type RunEvent,
  runIdOf,
} from '@millrace/contracts';
import { pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Text = z.object({ text: z.string() });
const letters = pipeline({ name: 'letters', input: Text }, ({ input, review }) =>
  review('approve', Text, { show: input }),
);

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-acts-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;

beforeAll(async () => {
  running = await startCoordinator(runtime, { store, pipelines: [letters] });
  await until(async () => (await running!.ready()) === true);
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const waiting = async (): Promise<string> => {
  const key = randomId('key');
  const input = { text: 'hello' };
  await broker.publish([intakeRecord(topics, { pipeline: 'letters', key, input, source: '/tests', at: Date.now() })]);
  const run = runIdOf('letters', key);
  await until(async () => (await store.reader.run(run))?.status === 'waiting');
  return run;
};

const tell = (event: RunEvent) => broker.publish([eventRecord(topics, event, { id: randomId('evt') })]);

/** The acts on something, the oldest first, as soon as there are so many. */
const actsOn = (subject: string, count: number) =>
  until(async () => {
    const { items } = await store.reader.acts.list({ subject, limit: 20, oldestFirst: true });
    return items.length >= count && items.map(({ kind, by, reason, detail }) => [kind, by, reason, detail]);
  });

test('what a person does to a run is in the audit trail: who, what, why', async () => {
  const run = await waiting();
  const at = Date.now();
  const why = { by: 'ann', reason: 'too hot' };
  await tell({ type: 'run.pause-requested', run, at, ...why });
  await tell({ type: 'run.resume-requested', run, at, by: 'bob' });
  await tell({ type: 'step.claimed', run, step: 'approve', at, by: 'ann' });
  await tell({ type: 'step.signalled', run, step: 'approve', at, id: 'a1', payload: { text: 'no' }, by: 'bob' });
  await tell({ type: 'step.unclaimed', run, step: 'approve', at, by: 'ann' });
  await tell({ type: 'step.signalled', run, step: 'approve', at, id: 'a2', payload: { text: 'yes' }, ...why });
  const detail = { step: 'approve' };
  expect(await actsOn(run, 6)).toEqual([
    ['run.pause', 'ann', 'too hot', null],
    ['run.resume', 'bob', undefined, null],
    ['review.claim', 'ann', undefined, detail],
    ['review.answer', 'bob', undefined, detail],
    ['review.unclaim', 'ann', undefined, detail],
    ['review.answer', 'ann', 'too hot', detail],
  ]);
  const { items } = await store.reader.acts.list({ kind: 'review.answer', subject: run, limit: 5 });
  expect(items.map(({ outcome }) => outcome.status)).toEqual(['applied', 'refused']);
}, 30_000);

test('a cancellation is one act, also of a run that is paused; one that a rule asked for is none', async () => {
  const [paused, replaced] = [await waiting(), await waiting()];
  const at = Date.now();
  await tell({ type: 'run.pause-requested', run: paused, at });
  await tell({ type: 'run.cancel-requested', run: replaced, at, by: 'millrace', reason: 'A newer run.' });
  await tell({ type: 'run.cancel-requested', run: paused, at, by: 'ann' });
  await until(async () => (await store.reader.run(replaced))?.status === 'cancelled');
  expect(await actsOn(paused, 2)).toEqual([
    ['run.pause', undefined, undefined, null],
    ['run.cancel', 'ann', undefined, null],
  ]);
  expect(await actsOn(replaced, 0)).toEqual([]);
}, 30_000);

test('what a person does to a pipeline or a stage is in the audit trail, whole', async () => {
  const at = Date.now();
  const ask = (request: DeploymentRequest) => broker.publish([deploymentRecord(topics, request, 'letters')]);
  const act = (by: string) => ({ id: randomId('dep'), at, by });
  await ask({ type: 'pipeline.pause-requested', ...act('ann'), pipeline: 'letters' });
  await ask({ type: 'pipeline.resume-requested', ...act('ann'), pipeline: 'letters' });
  await ask({ type: 'pipeline.route-requested', ...act('bob'), pipeline: 'letters', action: 'promote' });
  await ask({ type: 'act.done', ...act('eve'), kind: 'stage.limit', subject: 'draft', detail: { concurrency: 4 } });
  const [deployed, ...others] = await actsOn('letters', 4);
  expect(deployed).toMatchObject(['pipeline.deploy', undefined, undefined, { version: 1 }]);
  expect(others.map(([kind, by]) => [kind, by])).toEqual([
    ['pipeline.pause', 'ann'],
    ['pipeline.resume', 'ann'],
    ['pipeline.promote', 'bob'],
  ]);
  expect(await actsOn('draft', 1)).toEqual([['stage.limit', 'eve', undefined, { concurrency: 4 }]]);
  expect((await store.reader.acts.verify()).broken).toBeUndefined();
}, 30_000);
