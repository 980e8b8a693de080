import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outgoing } from '@millrace/broker';
import { derivedId, HEADER, intakeRecord, randomId, RunEvent, runIdOf, type StepCommand } from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore, type Store, StoreUnavailable } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { z } from 'zod';
import { startCoordinator } from './index.js';
import { until } from './testing/until.js';

const Anything = z.looseObject({});
const work = defineStage({ name: 'work', input: Anything, output: z.object({ ok: z.boolean() }) });
const plain = pipeline({ name: 'plain', input: Anything }, ({ input, step }) => step('a', work, input));
const Customer = z.object({ customer: z.string() });
const inTurn = pipeline(
  { name: 'in-turn', input: Customer, concurrency: { limit: 1, key: (input) => input.customer } },
  ({ input, step }) => step('a', work, input),
);
const wide = pipeline({ name: 'wide', input: Anything }, ({ input, step }) => {
  const steps = Array.from({ length: 100 }, (_, n) => step(`s${n}`, work, input));
  return { first: steps[0]! };
});

const slow = pipeline({ name: 'slow', input: Anything }, ({ sleep }) => sleep('wait', '1h'));
const napping = pipeline({ name: 'napping', input: Anything }, ({ sleep }) => sleep('wait', '1s'));

const dir = await mkdtemp(join(tmpdir(), 'millrace-poison-'));
const lines: Record<string, unknown>[] = [];
const told = telemetry({
  service: 'coordinator',
  logTo: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});
const runtime = await openRuntime('coordinator', { ...serviceSettings({}), dataDir: dir }, { telemetry: told });
const store = await openStore({ databaseUrl: undefined, dataDir: dir });
/** Runs whose rows the store refuses, as a database refuses a value. */
const refused = new Set<string>();
let running: Running;
let stage: AsyncDisposable;

class ValueRefused extends Error {}
let diskIsFull = false;

/** The store, through its own port, with rows that it does not take. */
const picky: Store = {
  ...store,
  writer: Object.assign(Object.create(store.writer) as Store['writer'], {
    create: (...[summaries, decide]: Parameters<Store['writer']['create']>) => {
      if (diskIsFull) throw new StoreUnavailable('No room.', { full: true, cause: { code: '53100' } });
      if (summaries.some(({ id }) => refused.has(id))) throw new ValueRefused('this row');
      return store.writer.create(summaries, decide);
    },
    commit: (commit: Parameters<Store['writer']['commit']>[0]) => {
      if (diskIsFull) throw new StoreUnavailable('No room.', { full: true, cause: { code: '53100' } });
      if (commit.changes.some(({ summary }) => refused.has(summary.id))) throw new ValueRefused('this row');
      return store.writer.commit(commit);
    },
  }),
};

beforeAll(async () => {
  const { broker, topics } = runtime;
  await broker.ensureTopics([{ name: topics.stage('work'), partitions: 2 }]);
  stage = await broker.consume({ topic: topics.stage('work'), group: 'work', concurrency: 100 }, ({ value }) => {
    const { run, step, attempt } = JSON.parse(value!.toString()) as StepCommand;
    if (run === runIdOf('plain', 'held')) return Promise.resolve([]);
    const at = Date.now();
    const event = { type: 'step.completed', run, step, attempt, at, startedAt: at, output: { ok: true } };
    return Promise.resolve([
      { topic: topics.runs, key: run, value: JSON.stringify(RunEvent.parse(event)), packed: true },
    ]);
  });
  running = await startCoordinator(runtime, {
    store: picky,
    pipelines: [plain, inTurn, wide, slow, napping],
    maxAnswerBytes: 4_000_000,
    maxItems: 1_000_000,
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

const asks = (key: string, options: { pipeline?: string; input?: unknown } = {}): Outgoing =>
  intakeRecord(runtime.topics, { pipeline: 'plain', input: { key }, ...options, key, source: 'test', at: 1 });

const status = async (run: string) => (await store.reader.run(run))?.status;

/** Later ordinary runs complete, on every partition, and the coordinator is ready. */
async function goesOn(): Promise<void> {
  const keys = Array.from({ length: 8 }, () => randomId('k'));
  await runtime.broker.publish(keys.map((key) => asks(key)));
  for (const key of keys) await until(async () => (await status(runIdOf('plain', key))) === 'completed');
  await until(async () => (await running.ready()) === true);
}

/** The dead letter that has these bytes. */
const letterOf = (topic: string, value: string | Buffer) =>
  until(async () => {
    const { items } = await store.reader.deadLetters({ limit: 200 });
    const bytes = Buffer.from(value).toString('base64');
    return items.find(({ record }) => record?.topic === topic && record.value === bytes);
  });

test('a run whose row the store refuses is parked alone: those asked for beside it complete', async () => {
  const [bad, ...good] = Array.from({ length: 9 }, () => randomId('k'));
  refused.add(runIdOf('plain', bad!));
  const record = asks(bad!);
  await runtime.broker.publish([...good.map((key) => asks(key)), record]);
  for (const key of good) await until(async () => (await status(runIdOf('plain', key))) === 'completed');
  await goesOn();
  const letter = await letterOf(runtime.topics.intake, record.value!);
  expect(letter).toMatchObject({ failure: { code: 'UNPROCESSABLE' }, pipeline: 'plain' });
  expect(await status(runIdOf('plain', bad!))).toBeUndefined();
});

test('what happened to a run whose rows the store refuses is parked, and other runs of the partition go on', async () => {
  const key = randomId('k');
  const run = runIdOf('plain', key);
  await runtime.broker.publish([asks(key)]);
  await until(async () => (await status(run)) === 'completed');
  const stopped = randomId('k');
  const id = runIdOf('plain', stopped);
  await runtime.broker.publish([asks(stopped)]);
  await until(async () => (await status(id)) !== undefined);
  refused.add(id);
  const value = JSON.stringify({ type: 'run.cancel-requested', run: id, at: 1 });
  await runtime.broker.publish([{ topic: runtime.topics.runs, key: id, value }]);
  await goesOn();
});

test('a move to a plan that nobody deployed is refused in the run’s history, and the run stays as it is', async () => {
  const key = randomId('k');
  const run = runIdOf('slow', key);
  await runtime.broker.publish([asks(key, { pipeline: 'slow' })]);
  await until(async () => (await status(run)) === 'waiting');
  const value = JSON.stringify({ type: 'run.move-requested', run, at: 1, to: 'p_nobody', from: 'wait', by: 'ann' });
  await runtime.broker.publish([{ topic: runtime.topics.runs, key: run, value }]);
  const refusal = await until(async () =>
    (await store.reader.run(run))?.facts.find(({ type }) => type === 'run.move-refused'),
  );
  expect(refusal).toMatchObject({
    plan: 'p_nobody',
    from: 'wait',
    by: 'ann',
    failure: { code: 'MOVE_REFUSED', message: 'There is no plan p_nobody.' },
  });
  expect(await status(run)).toBe('waiting');
  await goesOn();
});

test('a record about several runs of which one fails is taken apart: the others hear of what happened to them', async () => {
  const keys = Array.from({ length: 4 }, () => randomId('k'));
  const [bad, ...good] = keys.map((key) => runIdOf('slow', key));
  await runtime.broker.publish(keys.map((key) => asks(key, { pipeline: 'slow' })));
  for (const run of [bad!, ...good]) await until(async () => (await status(run)) === 'waiting');
  refused.add(bad!);
  const events = [bad!, ...good].map((run) => ({ type: 'run.cancel-requested', run, at: 1 }));
  await runtime.broker.publish([{ topic: runtime.topics.runs, key: null, value: JSON.stringify(events) }]);
  for (const run of good) await until(async () => (await status(run)) === 'cancelled');
  expect(await letterOf(runtime.topics.runs, JSON.stringify([events[0]]))).toMatchObject({
    failure: { code: 'UNPROCESSABLE' },
  });
  expect(await status(bad!)).toBe('waiting');
  await goesOn();
});

test('a run whose wake-up fails does not stop other timers, and is not woken again at once', async () => {
  const bad = randomId('k');
  await runtime.broker.publish([asks(bad, { pipeline: 'napping' })]);
  await until(async () => (await status(runIdOf('napping', bad))) === 'waiting');
  refused.add(runIdOf('napping', bad));
  const good = Array.from({ length: 3 }, () => randomId('k'));
  await runtime.broker.publish(good.map((key) => asks(key, { pipeline: 'napping' })));
  for (const key of good) await until(async () => (await status(runIdOf('napping', key))) === 'completed');
  const woken = await until(async () => {
    const { items } = await store.reader.deadLetters({ limit: 200 });
    const about = items.filter(({ record }) =>
      Buffer.from(record?.value ?? '', 'base64')
        .toString()
        .includes(runIdOf('napping', bad)),
    );
    return about.length > 0 && about;
  });
  expect(woken).toHaveLength(1);
  await goesOn();
});

test('a partition that stands still makes the coordinator not ready, which names it and the disk; nothing is parked, and it goes on', async () => {
  const key = randomId('k');
  diskIsFull = true;
  await runtime.broker.publish([asks(key)]);
  const reason = await until(async () => {
    const ready = await running.ready();
    return ready !== true && ready;
  });
  expect(reason).toMatch(/^partition \d of millrace\.intake \(offset \d+\) stands still.*no room on the disk$/);
  diskIsFull = false;
  await until(async () => (await status(runIdOf('plain', key))) === 'completed');
  await goesOn();
});

const step = (run: string, more: object) => ({
  type: 'step.completed',
  run,
  step: 'a',
  attempt: 1,
  at: 2,
  startedAt: 1,
  output: {},
  ...more,
});

describe('whatever a record says, it is a dead letter with its bytes, and later runs complete:', () => {
  const topics = runtime.topics;
  const json = (topic: string, value: unknown, headers: Record<string, string> = {}) => ({
    topic,
    key: 'k',
    value: JSON.stringify(value),
    headers,
  });
  const asking = (pipeline: string, value: unknown) =>
    json(topics.intake, value, { [HEADER.pipeline]: pipeline, [HEADER.idempotencyKey]: randomId('k') });
  const deep = '['.repeat(5_000) + ']'.repeat(5_000);
  const stranger = runIdOf('plain', 'never');
  /** A run that is under way: its stage does not answer. */
  const held = runIdOf('plain', 'held');
  beforeAll(async () => {
    await runtime.broker.publish([asks('held')]);
    await until(async () => (await status(held)) === 'running');
  });
  afterAll(async () => {
    // Nothing of all that was said about it has changed it.
    const { facts } = (await store.reader.run(held))!;
    expect(facts.map(({ type }) => type)).toEqual(['run.accepted', 'step.requested']);
  });

  const requested = { by: 'somebody', at: 1 };

  test.each<[string, () => Outgoing]>([
    ['a NUL in the key of a turn', () => asking('in-turn', { customer: 'a\u0000b' })],
    ['an input that is nested 5,000 deep', () => ({ ...asking('plain', 0), value: deep })],
    [
      'a pause of a pipeline whose name is a NUL',
      () =>
        json(topics.deployments, {
          type: 'pipeline.pause-requested',
          id: randomId('dep'),
          pipeline: '\u0000',
          ...requested,
        }),
    ],
    ['a step that ended at a time that no clock shows', () => json(topics.runs, step(stranger, { at: 1e300 }))],
    ['an event of a step that its plan does not have', () => json(topics.runs, step(held, { step: 'nope' }))],
    ['a hand-off to a step that its plan does not have', () => json(topics.runs, step(held, { next: ['nope'] }))],
    ['an attempt that was never given', () => json(topics.runs, step(held, { attempt: 900 }))],
    [
      'the redrive of a dead letter that the run never had',
      () =>
        json(topics.runs, {
          type: 'step.redriven',
          run: held,
          step: 'a',
          at: 1,
          deadLetter: derivedId('dl', 'forged'),
        }),
    ],
    [
      'a child run that no run asked for',
      () =>
        json(topics.runs, {
          type: 'run.requested',
          run: derivedId('run', 'forged'),
          at: 1,
          plan: plain.loaded.hash,
          parent: { run: held, step: 'a', attempt: 1, parks: true, trace: held },
        }),
    ],
    ['bytes that are no JSON', () => ({ topic: topics.runs, key: null, value: Buffer.from([0xff, 0, 1]) })],
    [
      'more strays than one answer can name',
      () =>
        json(
          topics.runs,
          Array.from({ length: 3_000 }, (_, n) => step(runIdOf('plain', `never ${n}`), {})),
          { large: 'x'.repeat(100_000) },
        ),
    ],
    ['commands that are too large together', () => asking('wide', { text: 'x'.repeat(120_000) })],
  ])('%s', async (_, bad) => {
    const record = bad();
    await runtime.broker.publish([record]);
    await goesOn();
    expect(await letterOf(record.topic, record.value!)).toMatchObject({ status: 'open' });
  });

  test('a plan whose schema refers to itself is refused, and later deployments are carried out', async () => {
    const deploy = (pipeline: string, inputSchema: object) => ({
      type: 'pipeline.deploy-requested',
      id: randomId('dep'),
      ...requested,
      contracts: {},
      plan: { ...plain.loaded.plan, pipeline, inputSchema },
    });
    const endless = deploy('recursive', { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' });
    const later = deploy('later', {});
    await runtime.broker.publish([endless, later].map((request) => json(topics.deployments, request)));
    const outcomeOf = ({ id }: { id: string }) => until(() => store.reader.deployed.outcome(id));
    expect(await outcomeOf(endless)).toMatchObject({ status: 'refused' });
    expect(await outcomeOf(later)).toMatchObject({ status: 'applied' });
    await goesOn();
  });

  test.each<[string, Record<string, string>]>([
    ['of the year −100000', { 'millrace-failed-at': '-100000-01-01T00:00:00Z' }],
    ['before all columns', { 'millrace-failed-at': '-271821-04-20T00:00:00.000Z' }],
  ])('a dead letter %s', async (_, headers) => {
    const value = randomId('v');
    const all = { 'millrace-dead-letter': `dl_${randomId('x').slice(2)}`, ...headers };
    await runtime.broker.publish([{ topic: topics.deadLetters, key: null, value, headers: all }]);
    await goesOn();
  });
});

test('the log names where each record stood and why it was parked, and nothing that it says; a metric counts it', async () => {
  const parked = lines.filter(({ msg }) => String(msg).startsWith('A record cannot be processed'));
  expect(parked.length).toBeGreaterThan(0);
  for (const line of parked)
    expect(line).toMatchObject({
      topic: expect.any(String) as string,
      partition: expect.any(Number) as number,
      offset: expect.any(Number) as number,
      code: expect.any(String) as string,
      error: expect.any(String) as string,
    });
  expect(JSON.stringify(lines)).not.toContain('xxxx');
  expect(await told.metricsText()).toMatch(/millrace_parked_records_total\{[^}]*code="UNPROCESSABLE"[^}]*\} \d/);
});
