import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DeployRequested,
  deploymentRecord,
  eventRecord,
  intakeRecord,
  type LetterAct,
  type LetterActRequested,
  randomId,
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

const Anything = z.looseObject({});
const stageOf = (name: string) => defineStage({ name, input: Anything, output: Anything });
const [prepare, price, book] = [stageOf('prepare'), stageOf('price'), stageOf('book')];
const once = { retry: { maxAttempts: 1 } };

/** `prepare`, and then `price` and `book` side by side. The stages fail for good what another version than `fixed` asks for. */
const versionOf = (version: string) =>
  pipeline({ name: 'orders', input: Anything }, ({ input, step }) => {
    const prepared = step('prepare', prepare, input);
    return {
      price: step('price', price, { prepared, version }, once),
      book: step('book', book, { prepared, version }, once),
    };
  });
const first = versionOf('first');
const fixed = versionOf('fixed').plan;
const broken = versionOf('broken').plan;
const without = pipeline({ name: 'orders', input: Anything }, ({ input, step }) =>
  step('prepare', prepare, input),
).plan;
const unlike = pipeline({ name: 'others', input: Anything }, ({ input, step }) => step('price', price, input)).plan;

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-redrive-to-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;
const consumptions: AsyncDisposable[] = [];
/** The versions for which each step was asked, by run. */
const asked = new Map<string, string[]>();
/** The stages answer to the version `fixed` when it resolves. */
let answers = Promise.resolve();

async function serve(stage: string): Promise<void> {
  await broker.ensureTopics([{ name: topics.stage(stage), partitions: 2 }]);
  const source = { topic: topics.stage(stage), group: stage, concurrency: 50 };
  const consumption = await broker.consume(source, async ({ value }) => {
    const { run, step, attempt, input } = JSON.parse(value!.toString()) as StepCommand;
    const { version } = input as { version?: string };
    asked.set(run, [...(asked.get(run) ?? []), version ? `${step} ${version}` : step]);
    if (version === 'fixed') await answers;
    const at = Date.now();
    const about = { run, step, attempt, at, startedAt: at };
    const failure = { code: 'STAGE_THREW', kind: 'permanent', message: 'The order is unknown.' } as const;
    const event =
      version === undefined || version === 'fixed'
        ? { type: 'step.completed', ...about, output: { ok: true } }
        : { type: 'step.failed', ...about, failure };
    const said = JSON.stringify(RunEvent.parse(event));
    return [{ topic: topics.runs, key: run, value: said, packed: true }];
  });
  consumptions.push(consumption);
}

async function deploy(plan: DeployRequested['plan']): Promise<string> {
  const request = {
    type: 'pipeline.deploy-requested',
    id: randomId('dep'),
    at: Date.now(),
    plan,
    contracts: {},
  } as const;
  await broker.publish([deploymentRecord(topics, request, plan.pipeline)]);
  const outcome = await until(() => store.reader.deployed.outcome(request.id));
  return (outcome as { plan: string }).plan;
}

const hashes = { fixed: '', broken: '', without: '', unlike: '' };

beforeAll(async () => {
  for (const stage of ['prepare', 'price', 'book']) await serve(stage);
  running = await startCoordinator(runtime, { store, pipelines: [first] });
  await until(async () => (await running!.ready()) === true);
  hashes.fixed = await deploy(fixed);
  hashes.broken = await deploy(broken);
  hashes.without = await deploy(without);
  hashes.unlike = await deploy(unlike);
  const back = { type: 'pipeline.route-requested', action: 'rollback', version: 1, pipeline: 'orders' } as const;
  const request = { ...back, id: randomId('dep'), at: Date.now() };
  await broker.publish([deploymentRecord(topics, request, 'orders')]);
  await until(() => store.reader.deployed.outcome(request.id));
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  for (const consumption of consumptions) await consumption[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const lettersOf = async (run: string) =>
  (await store.reader.deadLetters({ limit: 200 })).items.filter((letter) => letter.run === run);

/** Starts a run whose steps `price` and `book` are both parked, and returns it with their letters. */
async function parkedRun() {
  const key = randomId('key');
  await broker.publish([
    intakeRecord(topics, { pipeline: 'orders', key, input: {}, source: '/tests', at: Date.now() }),
  ]);
  const run = runIdOf('orders', key);
  const letters = await until(async () => {
    const found = await lettersOf(run);
    return found.length === 2 && found;
  });
  const idOf = (step: string) => letters.find((letter) => letter.step === step)!.id;
  return { run, price: idOf('price'), book: idOf('book') };
}

const redriveOf = (letter: string, act: Partial<LetterAct & { do: 'redrive' }>, by = 'ann'): LetterActRequested => ({
  type: 'letter.act-requested',
  ...{ id: randomId('act'), at: Date.now(), by, letter, act: { do: 'redrive', ...act } },
});
async function outcomeOf(request: LetterActRequested) {
  await broker.publish([deploymentRecord(topics, request, request.letter)]);
  return until(() => store.reader.acts.outcome(request.id));
}
const ended = (run: string, status = 'completed') =>
  until(async () => {
    const found = await store.reader.run(run);
    return found?.status === status && found;
  });
const letter = async (id: string) => (await store.reader.deadLetter(id))!;

test('a parked step that is redriven on another version goes on with it; what had succeeded is not executed again, and the trail names the version', async () => {
  const { run, price, book } = await parkedRun();
  expect(await outcomeOf(redriveOf(price, { plan: hashes.fixed }))).toMatchObject({ status: 'applied' });
  expect((await ended(run)).plan).toBe(hashes.fixed);
  expect(asked.get(run)!.slice().sort()).toEqual(
    ['book first', 'book fixed', 'prepare', 'price first', 'price fixed'].sort(),
  );
  expect(await letter(price)).toMatchObject({ status: 'redriven', desk: { handled: { by: 'ann' } } });
  expect((await letter(book)).status).toBe('redriven');
  const { items } = await store.reader.acts.list({ subject: price, limit: 5 });
  expect(items).toMatchObject([{ kind: 'dead-letter.redrive', by: 'ann', detail: { plan: hashes.fixed } }]);
}, 30_000);

test.each<[string, () => Partial<LetterAct & { do: 'redrive' }>, string, RegExp]>([
  ['that is not known', () => ({ plan: 'p_nobody' }), 'MOVE_REFUSED', /no plan p_nobody/],
  ['without the step', () => ({ plan: hashes.without }), 'MOVE_REFUSED', /no step "price"/],
  ['of another pipeline', () => ({ plan: hashes.unlike }), 'MOVE_REFUSED', /one of others/],
  ['with an edited input', () => ({ plan: hashes.fixed, input: { a: 1 } }), 'REDRIVE_REFUSED', /edit none/],
])(
  'a redrive on a version %s is refused with its reason, and the letter stays open',
  async (_, act, code, message) => {
    const { run, price } = await parkedRun();
    expect(await outcomeOf(redriveOf(price, act()))).toMatchObject({
      status: 'refused',
      failure: { code, message: expect.stringMatching(message) as string },
    });
    expect((await letter(price)).status).toBe('open');
    expect((await store.reader.run(run))!.facts.map(({ type }) => type)).not.toContain('run.move-refused');
    expect(await outcomeOf(redriveOf(price, { plan: hashes.fixed }))).toMatchObject({ status: 'applied' });
    await ended(run);
  },
  30_000,
);

test('a letter whose run has ended meanwhile is not redriven on another version', async () => {
  const { run, price } = await parkedRun();
  const cancel = { type: 'run.cancel-requested', run, at: Date.now(), by: 'bob' } as const;
  await broker.publish([eventRecord(topics, cancel, { id: randomId('evt') })]);
  await ended(run, 'cancelled');
  expect(await outcomeOf(redriveOf(price, { plan: hashes.fixed }))).toMatchObject({
    failure: { code: 'NOT_ALLOWED_NOW', message: expect.stringContaining('is closed') as string },
  });
  expect((await store.reader.run(run))!.status).toBe('cancelled');
}, 30_000);

test('of two who redrive one letter on two versions the first gets it, and the other is told who was first', async () => {
  const { run, price } = await parkedRun();
  const both = [redriveOf(price, { plan: hashes.fixed }, 'ann'), redriveOf(price, {}, 'bob')];
  const outcomes = await Promise.all(both.map(outcomeOf));
  const taken = outcomes.findIndex(({ status }) => status === 'refused');
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['applied', 'refused']);
  expect(outcomes[taken]).toMatchObject({
    failure: {
      code: 'DEAD_LETTER_TAKEN',
      message: expect.stringContaining(taken === 0 ? 'bob redrove' : 'ann redrove') as string,
    },
  });
  expect(await outcomeOf(redriveOf(price, { plan: hashes.fixed }))).toMatchObject({ status: 'refused' });
  expect((await store.reader.run(run))!.facts.filter(({ type }) => type === 'run.moved').length).toBeLessThan(2);
}, 30_000);

/** The facts of a run about moves. */
const movesOf = async (run: string) =>
  (await store.reader.run(run))!.facts.flatMap(({ type }) => (type.startsWith('run.move') ? [type] : []));

test('two letters of one run that are redriven on another version at once move the run once: no step is executed twice for it', async () => {
  const { run, price, book } = await parkedRun();
  const { promise, resolve } = Promise.withResolvers<void>();
  answers = promise;
  const outcomes = await Promise.all([price, book].map((id) => outcomeOf(redriveOf(id, { plan: hashes.fixed }))));
  const applied = outcomes.filter(({ status }) => status === 'applied').length;
  await until(async () => (await movesOf(run)).length === applied);
  expect((await movesOf(run)).filter((type) => type === 'run.moved')).toHaveLength(1);
  resolve();
  await ended(run);
  expect(
    asked
      .get(run)!
      .filter((step) => step.endsWith('fixed'))
      .sort(),
  ).toEqual(['book fixed', 'price fixed']);
  expect([(await letter(price)).status, (await letter(book)).status]).toEqual(['redriven', 'redriven']);
}, 30_000);

test('a move for a dead letter as which no step is parked any more changes nothing, and the history says so', async () => {
  const { run, price, book } = await parkedRun();
  const { promise, resolve } = Promise.withResolvers<void>();
  answers = promise;
  expect(await outcomeOf(redriveOf(price, { plan: hashes.fixed }))).toMatchObject({ status: 'applied' });
  const late = { type: 'run.move-requested', run, at: Date.now(), to: hashes.broken, from: 'book' } as const;
  await broker.publish([eventRecord(topics, { ...late, deadLetter: book }, { id: randomId('evt') })]);
  await until(async () => (await movesOf(run)).length === 2);
  expect(await movesOf(run)).toEqual(['run.moved', 'run.move-refused']);
  resolve();
  expect((await ended(run)).plan).toBe(hashes.fixed);
  expect(asked.get(run)).not.toContain('book broken');
}, 30_000);

test('redrives on other versions count too: a letter that comes back each time is refused as one of too many', async () => {
  const { run, price } = await parkedRun();
  expect(await outcomeOf(redriveOf(price, { plan: hashes.broken, maxRedrives: 1 }))).toMatchObject({
    status: 'applied',
  });
  const back = await until(async () =>
    (await lettersOf(run)).find(({ step, status }) => step === 'price' && status === 'open'),
  );
  expect(back.redrives).toBe(1);
  expect(await outcomeOf(redriveOf(back.id, { plan: hashes.fixed, maxRedrives: 1 }))).toMatchObject({
    failure: { code: 'REDRIVES_USED_UP' },
  });
}, 30_000);
