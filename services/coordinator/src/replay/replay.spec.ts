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
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Text = z.object({ text: z.string() });
const read = defineStage({ name: 'read', input: Text, output: Text });
const reply = defineStage({ name: 'reply', input: z.object({ from: Text, input: Text }), output: Text });
const mails = pipeline({ name: 'mails', input: Text }, ({ input, step }) => {
  const seen = step('read', read, input);
  return step('reply', reply, { from: seen, input });
});

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-replay-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;
const consumptions: AsyncDisposable[] = [];
/** The inputs with which each stage was asked, by run. */
const asked = { read: new Map<string, unknown[]>(), reply: new Map<string, unknown[]>() };

beforeAll(async () => {
  for (const stage of ['read', 'reply'] as const) {
    await broker.ensureTopics([{ name: topics.stage(stage), partitions: 2 }]);
    const consumption = await broker.consume(
      { topic: topics.stage(stage), group: stage, concurrency: 50 },
      ({ value }) => {
        const { run, step, attempt, input } = JSON.parse(value!.toString()) as StepCommand;
        asked[stage].set(run, [...(asked[stage].get(run) ?? []), input]);
        const at = Date.now();
        const output = { text: `${stage} ${JSON.stringify(input)}` };
        const event = { type: 'step.completed', run, step, attempt, at, startedAt: at, output };
        return Promise.resolve([
          { topic: topics.runs, key: run, value: JSON.stringify(RunEvent.parse(event)), packed: true },
        ]);
      },
    );
    consumptions.push(consumption);
  }
  running = await startCoordinator(runtime, { store, pipelines: [mails] });
  await until(async () => (await running!.ready()) === true);
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  for (const consumption of consumptions) await consumption[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const completed = (run: string) =>
  until(async () => {
    const found = await store.reader.run(run);
    return found?.status === 'completed' && found;
  });

async function finished(text = 'hello'): Promise<string> {
  const key = randomId('key');
  const record = intakeRecord(topics, { pipeline: 'mails', key, input: { text }, source: '/tests', at: Date.now() });
  await broker.publish([record]);
  const run = runIdOf('mails', key);
  await completed(run);
  return run;
}

const requestOf = (run: string, more: Partial<ReplayRequested> = {}): ReplayRequested => ({
  type: 'replay.requested',
  ...{ id: randomId('act'), at: Date.now(), by: 'ann', run, from: 'reply', ...more },
});
async function outcomeOf(request: ReplayRequested) {
  await broker.publish([deploymentRecord(topics, request, request.id)]);
  return until(() => store.reader.acts.outcome(request.id));
}
const outputOf = ({ facts }: { facts: readonly { type: string }[] }) =>
  (facts.find(({ type }) => type === 'run.completed') as unknown as { output: { text: string } }).output.text;

test('a replay takes the outputs before its step as they are, executes the rest, and says what it replays', async () => {
  const run = await finished();
  const request = requestOf(run);
  expect(await outcomeOf(request)).toMatchObject({ status: 'applied' });
  const replay = await completed(replayIdOf(request));
  expect([asked.read.get(replay.id), asked.reply.get(replay.id)]).toEqual([undefined, asked.reply.get(run)]);
  expect(outputOf(replay)).toBe(outputOf((await store.reader.run(run))!));
  expect(replay.facts[0]).toMatchObject({ replayOf: { run, from: 'reply' }, by: 'ann' });
  const { items } = await store.reader.acts.list({ subject: run, limit: 5 });
  expect(items).toMatchObject([{ kind: 'run.replay', by: 'ann', detail: { run: replay.id } }]);
}, 30_000);

test('the same request twice is one replay; another request is another one, with idempotency keys of its own', async () => {
  const run = await finished();
  const [request, other] = [requestOf(run), requestOf(run)];
  for (const one of [request, request, other]) await outcomeOf(one);
  for (const one of [request, other]) {
    const { id } = await completed(replayIdOf(one));
    expect(asked.reply.get(id)).toHaveLength(1);
    expect(id).not.toBe(run);
  }
}, 30_000);

test('a replay with another output of a step, or another input, gives them to the steps that it executes', async () => {
  const run = await finished();
  const edited = requestOf(run, { outputs: { read: { text: 'edited' } } });
  await outcomeOf(edited);
  const { id } = await completed(replayIdOf(edited));
  expect(asked.reply.get(id)).toEqual([{ from: { text: 'edited' }, input: { text: 'hello' } }]);
  const anew = requestOf(run, { from: 'read', input: { text: 'bye' } });
  await outcomeOf(anew);
  await completed(replayIdOf(anew));
  expect(asked.read.get(replayIdOf(anew))).toEqual([{ text: 'bye' }]);
}, 30_000);

test('a replay that somebody else wrote to the topic of runs, and that does not fit the plan, is a dead letter', async () => {
  const plan = (await store.reader.deployed.routes(['mails'])).get('mails')!.current;
  const run = runIdOf('forged', randomId('key'));
  const forged = { type: 'run.replay-requested', run, at: 5, plan, of: run, from: 'reply', skipped: [] };
  const events = [
    { ...forged, input: { text: 5 }, outputs: {} },
    { ...forged, input: { text: 'x' }, outputs: { nothing: 1 } },
  ];
  for (const event of events) await broker.publish([{ topic: topics.runs, key: run, value: JSON.stringify(event) }]);
  await until(async () => (await store.reader.deadLetters({ code: 'UNKNOWN_RUN', limit: 5 })).items.length === 2);
  expect(await store.reader.run(run)).toBeUndefined();
}, 30_000);

test.each<[string, Partial<ReplayRequested>, object]>([
  ['a step that the plan does not have', { from: 'nothing' }, { code: 'MOVE_REFUSED' }],
  ['an input that the pipeline does not take', { input: { text: 5 } }, { code: 'MOVE_REFUSED' }],
  ['the output of a step that is executed', { outputs: { reply: { text: 'x' } } }, { code: 'MOVE_REFUSED' }],
  ['a plan that is not there', { plan: 'nothing' }, { code: 'MOVE_REFUSED' }],
  ['a run that is not there', { run: runIdOf('mails', 'nobody') }, { code: 'UNKNOWN_RUN' }],
])(
  'a replay of %s is refused, and begins nothing',
  async (_, more, failure) => {
    const request = requestOf(await finished(), more);
    expect(await outcomeOf(request)).toMatchObject({ status: 'refused', failure });
    expect(await store.reader.run(replayIdOf(request))).toBeUndefined();
  },
  30_000,
);
