import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deploymentRecord,
  intakeRecord,
  randomId,
  type ReplayRequested,
  replayIdOf,
  RunEvent,
  runIdOf,
  type StepCommand,
} from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore, type RunRecord } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Text = z.object({ text: z.string() });
const embed = defineStage({ name: 'embed', input: Text, output: Text });
const texts = pipeline({ name: 'texts', input: Text }, ({ input, step }) =>
  step('embed', embed, input, { cache: '1h', retry: { maxAttempts: 2, initialMs: 1, jitter: 0 } }),
);
const others = pipeline({ name: 'others', input: Text }, ({ input, step }) => {
  const found = step('found', embed, input, { cache: '1h' });
  return { found };
});
const lists = pipeline({ name: 'lists', input: z.object({ texts: z.array(z.string()) }) }, ({ input, map, step }) =>
  map('all', input.texts, (text) => step('embed', embed, { text }, { cache: '1h' })),
);

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-cache-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;
let stage: AsyncDisposable | undefined;

/** The texts for which the stage was asked, in order, with the run that asked. */
const asked: { readonly text: string; readonly run: string }[] = [];
const askedFor = (text: string): readonly string[] => asked.flatMap((one) => (one.text === text ? [one.run] : []));
/** The most attempts for one text that were under way at once. */
const most = new Map<string, number>();
const underWay = new Map<string, number>();
const held = new Map<string, Promise<void>>();
/** Texts at which the stage fails so many times. */
const failing = new Map<string, number>();

/** The stage keeps its answers for a text back until what is returned is called. */
function hold(text: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set(text, promise);
  return resolve;
}

async function answer({ run, step, attempt, input }: StepCommand): Promise<RunEvent> {
  const { text } = input as { text: string };
  asked.push({ text, run });
  const now = (underWay.get(text) ?? 0) + 1;
  underWay.set(text, now);
  most.set(text, Math.max(now, most.get(text) ?? 0));
  await held.get(text);
  underWay.set(text, (underWay.get(text) ?? 1) - 1);
  const common = { run, step, attempt, at: Date.now(), startedAt: Date.now() };
  const left = failing.get(text) ?? 0;
  failing.set(text, left - 1);
  return left > 0
    ? { type: 'step.failed', ...common, failure: { code: 'BUSY', kind: 'transient', message: 'Not now.' } }
    : { type: 'step.completed', ...common, output: { text: `${text} by ${run}` } };
}

const startSaga = async () => {
  running = await startCoordinator(runtime, { store, pipelines: [texts, others, lists] });
  await until(async () => (await running!.ready()) === true);
};

beforeAll(async () => {
  await broker.ensureTopics([{ name: topics.stage('embed'), partitions: 2 }]);
  stage = await broker.consume(
    { topic: topics.stage('embed'), group: 'embed', concurrency: 500 },
    async ({ value }) => {
      const event = await answer(JSON.parse(value!.toString()) as StepCommand);
      return [{ topic: topics.runs, key: event.run, value: JSON.stringify(RunEvent.parse(event)), packed: true }];
    },
  );
  await startSaga();
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  await stage?.[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

async function start(input: object, options: { pipeline?: string; tenant?: string } = {}): Promise<string> {
  const { pipeline = 'texts', tenant } = options;
  const key = randomId('key');
  await broker.publish([intakeRecord(topics, { pipeline, key, input, tenant, source: '/tests', at: Date.now() })]);
  return runIdOf(pipeline, key);
}
const completed = (run: string) =>
  until(async () => {
    const found = await store.reader.run(run);
    return found?.status === 'completed' && found;
  });
const begun = (run: string) => until(() => store.reader.run(run));
const cachedIn = ({ facts }: RunRecord) =>
  facts.flatMap((fact) => (fact.type === 'step.cached' ? [{ step: fact.step, executedBy: fact.executedBy }] : []));
const outputOf = ({ facts }: RunRecord) =>
  facts.flatMap((fact) => (fact.type === 'run.completed' ? [fact.output] : []))[0];
const word = () => randomId('word');

test('what one run had executed another one is given, also in another pipeline, and its history says whose it is', async () => {
  const text = word();
  const first = await start({ text });
  await completed(first);
  const again = await completed(await start({ text }));
  const other = await completed(await start({ text }, { pipeline: 'others' }));
  expect(askedFor(text)).toEqual([first]);
  expect(cachedIn(again)).toEqual([{ step: 'embed', executedBy: first }]);
  expect([outputOf(again), outputOf(other)]).toEqual([
    { text: `${text} by ${first}` },
    { found: { text: `${text} by ${first}` } },
  ]);
}, 30_000);

test('of many runs that ask for the same at once one executes it, and the others have its output', async () => {
  const text = word();
  const release = hold(text);
  const runs = await Promise.all(Array.from({ length: 20 }, () => start({ text })));
  await Promise.all(runs.map(begun));
  await until(() => Promise.resolve(askedFor(text).length > 0));
  release();
  const records = await Promise.all(runs.map(completed));
  expect(askedFor(text)).toHaveLength(1);
  expect(new Set(records.map((record) => JSON.stringify(outputOf(record)))).size).toBe(1);
}, 60_000);

test('a failure is given to nobody: who waited executes it next, one at a time', async () => {
  const text = word();
  failing.set(text, 2);
  const release = hold(text);
  const runs = await Promise.all(Array.from({ length: 5 }, () => start({ text })));
  await Promise.all(runs.map(begun));
  await until(() => Promise.resolve(askedFor(text).length > 0));
  release();
  await Promise.all(runs.map(completed));
  expect([askedFor(text).length, most.get(text)]).toEqual([3, 1]);
}, 60_000);

test('a run that is cancelled while it executes lets the next one execute', async () => {
  const text = word();
  const release = hold(text);
  const first = await start({ text });
  await until(() => Promise.resolve(askedFor(text).length > 0));
  const second = await start({ text });
  await begun(second);
  await broker.publish([
    {
      topic: topics.runs,
      key: first,
      value: JSON.stringify({ type: 'run.cancel-requested', run: first, at: Date.now() }),
    },
  ]);
  await until(() => Promise.resolve(askedFor(text).length === 2));
  release();
  expect(outputOf(await completed(second))).toEqual({ text: `${text} by ${second}` });
}, 60_000);

test('a coordinator that is gone while runs wait is followed by one that tells them', async () => {
  const text = word();
  const release = hold(text);
  const runs = await Promise.all(Array.from({ length: 5 }, () => start({ text })));
  await Promise.all(runs.map(begun));
  await until(() => Promise.resolve(askedFor(text).length > 0));
  await running!.drain(0);
  release();
  await startSaga();
  await Promise.all(runs.map(completed));
  expect(askedFor(text)).toHaveLength(1);
}, 60_000);

test('no tenant is given what was executed for another one, or for nobody', async () => {
  const text = word();
  const runs: string[] = [];
  for (const tenant of ['acme', 'bolt', undefined]) {
    const run = await start({ text }, tenant === undefined ? {} : { tenant });
    await completed(run);
    runs.push(run);
  }
  expect(askedFor(text)).toEqual(runs);
  const again = await completed(await start({ text }, { tenant: 'acme' }));
  expect(cachedIn(again)).toEqual([{ step: 'embed', executedBy: runs[0] }]);
}, 60_000);

test('equal items of a list are executed once, and the list is in order', async () => {
  const [a, b] = [word(), word()];
  const record = await completed(await start({ texts: [a, b, a, a, b] }, { pipeline: 'lists' }));
  expect([askedFor(a).length, askedFor(b).length]).toEqual([1, 1]);
  expect((outputOf(record) as { text: string }[]).map(({ text }) => text.split(' ')[0])).toEqual([a, b, a, a, b]);
}, 60_000);

test('a replay executes its steps, whatever the cache has, and what it gives is what others get from then on', async () => {
  const text = word();
  const run = await start({ text });
  await completed(run);
  const request: ReplayRequested = {
    type: 'replay.requested',
    id: randomId('act'),
    at: Date.now(),
    run,
    from: 'embed',
  };
  await broker.publish([deploymentRecord(topics, request, request.id)]);
  const replay = replayIdOf(request);
  await completed(replay);
  expect(askedFor(text)).toEqual([run, replay]);
  const later = await completed(await start({ text }));
  expect(cachedIn(later)).toEqual([{ step: 'embed', executedBy: replay }]);
}, 60_000);

test('a step that failed for good and is redriven is executed', async () => {
  const text = word();
  failing.set(text, 2);
  const run = await start({ text });
  const letter = await until(async () => {
    const { items } = await store.reader.deadLetters({ code: 'BUSY', limit: 50 });
    return items.find((one) => one.run === run);
  });
  await completed(await start({ text }));
  const event = { type: 'step.redriven', run, step: 'embed', at: Date.now(), deadLetter: letter.id };
  await broker.publish([{ topic: topics.runs, key: run, value: JSON.stringify(event) }]);
  expect(outputOf(await completed(run))).toEqual({ text: `${text} by ${run}` });
}, 60_000);
