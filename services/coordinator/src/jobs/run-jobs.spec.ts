import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contractRecord,
  deploymentRecord,
  DeployRequested,
  derivedId,
  intakeRecord,
  type JobChangeRequested,
  type JobRequested,
  randomId,
  replayIdOf,
  RunEvent,
  runIdOf,
  type RunWork,
  type StepCommand,
} from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { handOff, loadPlan } from '@millrace/pipeline/engine';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Text = z.object({ text: z.string() });
const stageOf = (name: string) => defineStage({ name, input: Text, output: Text });
const [read, draft, send] = [stageOf('read'), stageOf('draft'), stageOf('send')];
const mails = pipeline({ name: 'mails', input: Text }, ({ input, step, attributes }) => {
  attributes({ text: input.text });
  const seen = step('read', read, { text: input.text });
  const drafted = step('draft', draft, { text: seen.text });
  const sent = step('send', send, { text: drafted.text });
  return { drafted: drafted.text, sent: sent.text };
});
const plan = loadPlan(mails.plan);
/** The next version, which has one step more: it comes after none of the others. */
const withNotice = pipeline({ name: 'mails', input: Text }, ({ input, step, attributes }) => {
  attributes({ text: input.text });
  const seen = step('read', read, { text: input.text });
  const drafted = step('draft', draft, { text: seen.text });
  const sent = step('send', send, { text: drafted.text });
  const told = step('notify', stageOf('notify'), { text: input.text });
  return { drafted: drafted.text, sent: sent.text, told: told.text };
});

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-run-jobs-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;
const consumptions: AsyncDisposable[] = [];
/** The steps that stages were asked for, by run. */
const asked = new Map<string, string[]>();
/** The answer of the stage `draft`; a text of it fails for good. */
let drafts: (text: string) => string | undefined = (text) => `draft of ${text}`;

async function serve(stage: string): Promise<void> {
  await broker.ensureTopics([{ name: topics.stage(stage), partitions: 2 }]);
  const consumption = await broker.consume(
    { topic: topics.stage(stage), group: stage, concurrency: 50 },
    ({ value }) => {
      const { run, step, attempt, input, known, alone } = JSON.parse(value!.toString()) as StepCommand;
      asked.set(run, [...(asked.get(run) ?? []), step]);
      const { text } = input as { text: string };
      const at = Date.now();
      const about = { run, step, attempt, at, startedAt: at };
      const answer = stage === 'draft' ? drafts(text) : `${stage} ${text}`;
      if (answer === undefined) {
        const failure = { code: 'STAGE_THREW', kind: 'permanent', message: 'No.' } as const;
        const said = RunEvent.parse({ type: 'step.failed', ...about, failure });
        return Promise.resolve([{ topic: topics.runs, key: run, value: JSON.stringify(said), packed: true }]);
      }
      const output = { text: answer };
      // As the runtime of stages does: it sends the next step itself, unless the run is a trial.
      const { wanted } = alone ? { wanted: [] } : handOff(plan, step, { ...known, [step]: output });
      const next = wanted.map((one) => one.step);
      const said = RunEvent.parse({ type: 'step.completed', ...about, output, ...(next.length > 0 && { next }) });
      const command = (one: (typeof wanted)[number]) =>
        JSON.stringify({
          ...{ run, plan: plan.hash, step: one.step, attempt, input: one.input, at, timeoutMs: 60_000 },
          ...{ expires: at + 60_000, known: { ...known, [step]: output } },
        });
      return Promise.resolve([
        { topic: topics.runs, key: run, value: JSON.stringify(said), packed: true },
        ...wanted.map((one) => ({ topic: topics.stage(one.step), key: run, value: command(one) })),
      ]);
    },
  );
  consumptions.push(consumption);
}

beforeAll(async () => {
  for (const stage of ['read', 'draft', 'send', 'notify']) await serve(stage);
  const contract = { input: {}, output: {}, effects: true } as const;
  await broker.ensureTopics([{ name: topics.contracts, partitions: 1, compacted: true }]);
  await broker.publish([contractRecord(topics, 'notify', { contract, id: randomId('evt') })]);
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

/** Runs that have ended, with a text of their own each. */
async function finished(texts: readonly string[], status = 'completed'): Promise<readonly string[]> {
  const runs: string[] = [];
  for (const text of texts) {
    const key = randomId('key');
    const record = intakeRecord(topics, { pipeline: 'mails', key, input: { text }, source: '/tests', at: Date.now() });
    await broker.publish([record]);
    runs.push(runIdOf('mails', key));
  }
  for (const run of runs) await until(async () => (await store.reader.run(run))?.status === status);
  return runs;
}

async function begin(work: RunWork): Promise<string> {
  const request: JobRequested = { type: 'job.requested', id: randomId('job'), at: Date.now(), by: 'ann', work };
  await broker.publish([deploymentRecord(topics, request, request.id)]);
  return request.id;
}
const ended = (id: string) =>
  until(async () => {
    const job = await store.reader.jobs.find(id);
    return job?.status === 'completed' && job;
  });
const itemsOf = async (id: string) => (await store.reader.jobs.items(id, { limit: 200 })).items;
const withText = (text: string) => ({ pipeline: 'mails', where: `attributes.text.startsWith("${text}")` });
/** Deploys a version to which no new run goes, and returns its plan. */
async function deployed(content: object): Promise<string> {
  const act = () => ({ id: randomId('dep'), at: Date.now() });
  const deploy = DeployRequested.parse({ type: 'pipeline.deploy-requested', ...act(), plan: content, contracts: {} });
  const route = { type: 'pipeline.route-requested', ...act(), pipeline: 'mails', action: 'rollback' } as const;
  for (const request of [deploy, route]) {
    await broker.publish([deploymentRecord(topics, request, 'mails')]);
    await until(() => store.reader.deployed.outcome(request.id));
  }
  return loadPlan(content).hash;
}
/** The runs whose end was published. */
async function published(): Promise<readonly string[]> {
  const runs: string[] = [];
  for (let partition = 0; partition < (await broker.partitionsOf(topics.results)); partition++)
    for (const { key } of await broker.browse({ topic: topics.results, partition, offset: 0, limit: 1_000 }))
      runs.push(String(key));
  return runs;
}

test('a replay job executes each chosen run from its step on, once, and no step before it; each replay knows its run', async () => {
  const runs = await finished(['bulk 1', 'bulk 2', 'bulk 3']);
  const [other] = await finished(['another']);
  const id = await begin({ kind: 'replay', runs: withText('bulk'), from: 'draft' });
  expect((await ended(id)).items).toMatchObject({ replayed: 3, refused: 0, waiting: 0 });
  expect((await itemsOf(id)).map(({ letter }) => letter).sort()).toEqual([...runs].sort());
  for (const run of runs) {
    const { items } = await store.reader.acts.list({ subject: run, kind: 'run.replay', limit: 5 });
    expect(items).toMatchObject([{ by: 'ann', detail: { from: 'draft', job: id } }]);
    const replay = (items[0]!.detail as { run: string }).run;
    const record = await until(async () => {
      const found = await store.reader.run(replay);
      return found?.status === 'completed' && found;
    });
    expect(record.facts[0]).toMatchObject({ replayOf: { run, from: 'draft' } });
    expect(asked.get(replay)).toEqual(['draft', 'send']);
  }
  expect(asked.get(other!)).toEqual(['read', 'draft', 'send']);
}, 60_000);

test('a run that a job cannot replay is refused with its reason, and the others are replayed', async () => {
  await finished(['mixed 1']);
  drafts = () => undefined;
  const [parked] = await finished(['mixed 2'], 'dead-lettered');
  drafts = (text) => `draft of ${text}`;
  const id = await begin({ kind: 'replay', runs: withText('mixed'), from: 'send' });
  expect((await ended(id)).items).toMatchObject({ replayed: 1, refused: 1 });
  const refused = (await itemsOf(id)).find(({ status }) => status === 'refused');
  expect(refused).toMatchObject({ letter: parked, failure: { code: 'MOVE_REFUSED' } });
}, 60_000);

test('a comparison executes the changed step alone, publishes nothing on results, and says which runs differ', async () => {
  const runs = await finished(['trial 1', 'trial 2', 'trial 3', 'trial 4']);
  drafts = (text) => (text.endsWith('2') ? undefined : text.endsWith('3') ? 'another draft' : `draft of ${text}`);
  const id = await begin({ kind: 'compare', runs: withText('trial'), steps: ['draft'] });
  expect((await ended(id)).items).toMatchObject({ same: 2, different: 1, failed: 1, refused: 0 });
  drafts = (text) => `draft of ${text}`;
  const items = await itemsOf(id);
  const statuses = new Map(items.map(({ letter, status }) => [letter, status]));
  expect(runs.map((run) => statuses.get(run))).toEqual(['same', 'failed', 'different', 'same']);
  expect(items.find(({ status }) => status === 'failed')!.failure?.code).toBe('STAGE_THREW');
  const found = [];
  for await (const page of store.reader.jobs.comparisons(id)) found.push(...page);
  const outputs = found.map(({ isSameOutput, steps }) => [
    isSameOutput,
    ...steps.map(({ step, isSame }) => [step, isSame]),
  ]);
  expect(outputs.filter(([isSame]) => isSame)).toEqual([1, 2].map(() => [true, ['draft', true]]));
  expect(outputs.filter(([isSame]) => !isSame)).toEqual([[false, ['draft', false]]]);
  const trials = [...asked].filter(([run]) => !runs.includes(run) && asked.get(run)![0] === 'draft');
  expect(trials.slice(-4).map(([, steps]) => steps)).toEqual([['draft'], ['draft'], ['draft'], ['draft']]);
  const after = await finished(['after 1', 'after 2', 'after 3', 'after 4']);
  const results = await until(async () => {
    const ended = await published();
    return [...runs, ...after].every((run) => ended.includes(run)) && ended;
  });
  expect(
    runs.map((run) => replayIdOf({ id: derivedId('act', id, run) })).filter((trial) => results.includes(trial)),
  ).toEqual([]);
  // The trial that was parked was given up: nobody has to look after it.
  expect((await store.reader.deadLetters({ status: 'open', limit: 50 })).items).toHaveLength(1);
}, 60_000);

test('a job refuses runs that would execute a step with effects outside, also one of which they have no output, unless it may', async () => {
  const newer = await deployed(withNotice.plan);
  await finished(['effects 1', 'effects 2']);
  const works: RunWork[] = [
    { kind: 'compare', runs: withText('effects'), plan: newer, steps: ['draft'] },
    { kind: 'replay', runs: withText('effects'), plan: newer, from: 'draft' },
  ];
  for (const work of works) {
    const refused = await begin(work);
    expect((await ended(refused)).items).toMatchObject({ refused: 2 });
    expect((await itemsOf(refused)).map(({ failure }) => failure)).toMatchObject([
      { code: 'EFFECTS_NOT_ALLOWED', message: expect.stringMatching(/^notify would/) as string },
      { code: 'EFFECTS_NOT_ALLOWED' },
    ]);
  }
  expect([...asked.values()].flat()).not.toContain('notify');
  const allowed = await begin({ ...works[0]!, allowEffects: true } as RunWork);
  expect((await ended(allowed)).items).toMatchObject({ refused: 0, failed: 0 });
  expect([...asked.values()].filter((steps) => steps.includes('notify'))).toEqual([
    expect.arrayContaining(['draft', 'notify']),
    expect.arrayContaining(['draft', 'notify']),
  ]);
}, 60_000);

test('a job that is stopped begins no further run, and one with a filter that is none is refused', async () => {
  await finished(['slow 1', 'slow 2', 'slow 3']);
  const id = await begin({ kind: 'replay', runs: withText('slow'), from: 'draft', perSecond: 0.01 });
  await until(async () => ((await store.reader.jobs.find(id))?.items.replayed ?? 0) > 0);
  const stop = { type: 'job.change-requested', id: randomId('act'), at: Date.now(), job: id, change: 'stop' } as const;
  await broker.publish([deploymentRecord(topics, stop satisfies JobChangeRequested, id)]);
  await until(async () => (await store.reader.jobs.find(id))?.status === 'stopped');
  expect((await store.reader.jobs.find(id))?.items).toMatchObject({ replayed: 1, skipped: 2 });
  const bad = await begin({ kind: 'replay', runs: { pipeline: 'mails', where: 'nothing ==' }, from: 'draft' });
  expect(await until(() => store.reader.acts.outcome(bad))).toMatchObject({ status: 'refused' });
}, 60_000);

test('an erasure removes the runs with an attribute, and refuses one that is still under way', async () => {
  const [gone] = await finished(['person']);
  drafts = () => undefined;
  const [parked] = await finished(['person'], 'dead-lettered');
  drafts = (text) => `draft of ${text}`;
  const id = await begin({ kind: 'erase', attribute: { name: 'text', value: 'person' } });
  expect((await ended(id)).items).toMatchObject({ erased: 1, refused: 1 });
  expect(await store.reader.run(gone!)).toBeUndefined();
  expect((await store.reader.run(parked!))?.status).toBe('dead-lettered');
  expect(JSON.stringify(await store.reader.jobs.find(id))).not.toContain('person');
}, 60_000);
