import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Broker,
  type Incoming,
  type OrderedSource,
  type Outgoing,
  partitionFor,
  type PartitionLag,
} from '@millrace/broker';
import {
  type DeployRequested,
  derivedId,
  headerText,
  randomId,
  type RouteRequested,
  type RunEvent,
  runIdOf,
  type StepCommand,
  topicsOf,
} from '@millrace/contracts';
import { type LoadedPlan, loadPlan } from '@millrace/pipeline/engine';
import { openStore, StaleOwner, type Store } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import type { CoordinatorContext } from '../context.js';
import { deployment, routing } from '../deployments/deployment.js';
import { intakeSource } from './intake.js';
import { CoordinatorPlans } from '../deployments/plans.js';
import { BlobContents } from '../blobs/contents.js';
import { RunCache } from './run-cache.js';
import { runsSource } from './runs.js';
import { unreadSource } from './unread.js';

const PARTITIONS = 2;
const LIMIT = 20_000;

const planOf = (pipeline: string, timeoutMs = 1_000, starts?: object) =>
  loadPlan({
    format: 1,
    pipeline,
    starts,
    inputSchema: { type: 'object', required: ['text'] },
    steps: {
      a: {
        kind: 'stage',
        stage: 'reading',
        input: { $ref: ['input', 'text'] },
        retry: { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 },
        timeoutMs,
        predecessors: [],
      },
    },
    output: { $ref: ['a'] },
  });

interface Hostile {
  readonly value?: string | Buffer;
  readonly headers?: GivenHeaders;
}

type GivenHeaders = Readonly<Record<string, string | Buffer | readonly string[]>>;

let dataDir: string;
let store: Store;
const told = telemetry({ service: 'coordinator', logLevel: 'silent' });
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'millrace-coordinator-'));
  store = await openStore({ databaseUrl: undefined, dataDir });
  await deploy(planOf('letters'));
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await told[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

/** Applies a request as the source of deployments does: no coordinator has been told of it yet. */
const apply = (request: DeployRequested | RouteRequested, plan?: LoadedPlan) => {
  const pipeline = 'plan' in request ? request.plan.pipeline : request.pipeline;
  return store.deployments.apply({ id: request.id, at: 1, pipeline, stages: [] }, (now) =>
    request.type === 'pipeline.deploy-requested' ? deployment(request, plan!, now) : routing(request, now),
  );
};
const deploy = (plan: LoadedPlan) => {
  const content = plan.plan as DeployRequested['plan'];
  return apply({ type: 'pipeline.deploy-requested', id: randomId('dep'), at: 1, plan: content, contracts: {} }, plan);
};

/** A coordinator's process: what it has in memory is lost with it; the store and the topics are not. */
class Process {
  readonly topics;
  readonly intake: OrderedSource;
  readonly runs: OrderedSource;

  constructor(
    prefix: string,
    private readonly end = 1_000_000,
    reader: Pick<Store, 'reader'> = store,
  ) {
    this.topics = topicsOf(prefix);
    const plans = new CoordinatorPlans(reader, { error: () => undefined });
    const lag = (_: string, topic: string): Promise<PartitionLag[]> =>
      Promise.resolve(
        [0, 1].map((partition) => ({ topic, partition, start: 0, committed: null, end: this.end, backlog: 0 })),
      );
    const context: CoordinatorContext = {
      broker: { lag, maxRecordBytes: LIMIT, partitionsOf: () => Promise.resolve(PARTITIONS) } as unknown as Broker,
      topics: this.topics,
      store,
      telemetry: told,
      plans,
      stages: { isStagePaused: () => false, pausedFor: () => 0 },
      contracts: { get: () => undefined },
      cache: new RunCache(1_000_000),
      contents: new BlobContents(undefined),
      blobs: undefined,
      runs: told.meters.runs,
      wakeBy: () => undefined,
      maxAnswerBytes: 10_000_000,
      maxCachedBytes: 100_000,
      maxItems: 100,
      now: () => 1_700_000_000_000,
    };
    this.intake = intakeSource(context, { group: 'i', maxBatch: 10, keyIsIdempotent: false });
    this.runs = runsSource(context, { group: 'r', maxBatch: 10 });
  }
}

const record = (
  topic: string,
  options: { offset: number; partition?: number; value: unknown; headers?: GivenHeaders },
): Incoming => ({
  topic,
  partition: options.partition ?? 0,
  offset: options.offset,
  key: null,
  value: Buffer.isBuffer(options.value)
    ? options.value
    : Buffer.from(typeof options.value === 'string' ? options.value : JSON.stringify(options.value)),
  headers: Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? Buffer.from(value)
        : Buffer.isBuffer(value)
          ? value
          : value.map((one) => Buffer.from(one)),
    ]),
  ),
  timestamp: 1,
});

const take = (source: OrderedSource, records: readonly Incoming[]): Promise<readonly Outgoing[]> =>
  source.take({
    topic: source.topic,
    partition: records[0]!.partition,
    records,
    next: records.at(-1)!.offset + 1,
    signal: new AbortController().signal,
  });
const open = (source: OrderedSource, committed: number | null, partition = 0) =>
  source.opened!({ topic: source.topic, partition, committed });

const asked = (key: string, more: object = {}) => ({
  value: { text: 'hello' },
  headers: { pipeline: 'letters', 'idempotency-key': key },
  ...more,
});
const completed = (run: string): RunEvent => ({
  type: 'step.completed',
  run,
  step: 'a',
  attempt: 1,
  at: 2,
  startedAt: 1,
  output: 'read',
});

let prefix: string;
beforeEach(() => {
  prefix = `${randomId('t')}.`;
});

describe('a decision', () => {
  test('that was recorded and not published is published by the next owner, once', async () => {
    const first = new Process(prefix);
    await open(first.intake, null);
    const answer = await take(first.intake, [record(first.topics.intake, { offset: 7, ...asked(prefix) })]);
    expect(answer).toHaveLength(1);

    const next = new Process(prefix); // The first one died before it could publish.
    expect(await open(next.intake, null)).toEqual({ next: 8, records: answer });
    expect(await open(next.intake, 8)).toBeUndefined();
  });

  test('of an owner that has been replaced changes nothing', async () => {
    const old = new Process(prefix);
    const fresh = new Process(prefix);
    await open(old.intake, null);
    await open(fresh.intake, null);
    await take(fresh.intake, [record(fresh.topics.intake, { offset: 0, ...asked(`${prefix}a`) })]);
    await expect(take(old.intake, [record(old.topics.intake, { offset: 0, ...asked(`${prefix}b`) })])).rejects.toThrow(
      StaleOwner,
    );
    expect(await store.reader.run(runIdOf('letters', `${prefix}b`))).toBeUndefined();
  });

  test('about a topic that was made anew under its name is forgotten', async () => {
    const before = new Process(prefix);
    await open(before.intake, null);
    await take(before.intake, [record(before.topics.intake, { offset: 500, ...asked(`${prefix}a`) })]);
    const after = new Process(prefix, 3);
    expect(await open(after.intake, null)).toBeUndefined();
    expect(await take(after.intake, [record(after.topics.intake, { offset: 0, ...asked(`${prefix}b`) })])).toHaveLength(
      1,
    );
  });
});

describe('the intake', () => {
  test('makes one run of one idempotency key, in one batch, in another, and on another partition', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    await open(one.intake, null, 1);
    const { intake } = one.topics;
    const twice = [0, 1].map((offset) => record(intake, { offset, ...asked(prefix) }));
    expect(await take(one.intake, twice)).toHaveLength(1);
    expect(await take(one.intake, [record(intake, { offset: 2, ...asked(prefix) })])).toEqual([]);
    expect(await take(one.intake, [record(intake, { offset: 0, ...asked(prefix, { partition: 1 }) })])).toEqual([]);
  });

  test('refuses another input under an idempotency key that has made a run, wherever it comes, and keeps it as a dead letter', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    await open(one.intake, null, 1);
    let offset = 0;
    const ask = (text: string, partition = 0) =>
      record(one.topics.intake, { offset: offset++, ...asked(prefix, { partition }), value: { text, at: 1 } });
    const codesOf = (answer: readonly Outgoing[]) =>
      answer.flatMap(({ topic, headers }) =>
        topic === one.topics.deadLetters ? [headerText(headers!, 'millrace-failure-code')] : [],
      );
    const refused = 'IDEMPOTENCY_KEY_REUSED';
    const batch = [ask('mine'), ask('another'), ask('mine')];
    const answer = await take(one.intake, batch);
    expect(codesOf(answer)).toEqual([refused]);
    expect(answer.find(({ topic }) => topic === one.topics.deadLetters)!.value).toEqual(batch[1]!.value);
    expect(answer.filter(({ topic }) => topic === one.topics.stage('reading'))).toHaveLength(1);
    expect(codesOf(await take(one.intake, [ask('another'), ask('mine'), ask('a third')]))).toEqual([refused, refused]);
    expect(codesOf(await take(one.intake, [ask('another', 1)]))).toEqual([refused]);
    const reordered = record(one.topics.intake, { offset, ...asked(prefix), value: '{"at":1.0, "text":"mine"}' });
    expect(await take(one.intake, [reordered])).toEqual([]);
    const [accepted] = (await store.reader.run(runIdOf('letters', prefix)))!.facts;
    expect(accepted).toMatchObject({ input: { text: 'mine', at: 1 } });
  });

  test('gives a run the plan that was in force when it was asked for, though nobody has told this coordinator yet', async () => {
    const pipeline = `p-${randomId('x').slice(2)}`;
    const [first, second] = [planOf(pipeline, 1), planOf(pipeline, 2)];
    const one = new Process(prefix);
    await open(one.intake, null);
    let offset = 0;
    const planOfNext = async () => {
      const key = `${prefix}${offset}`;
      const headers = { pipeline, 'idempotency-key': key };
      const answer = await take(one.intake, [
        record(one.topics.intake, { offset: offset++, value: { text: 'hello' }, headers }),
      ]);
      const code = headerText(answer[0]!.headers ?? {}, 'millrace-failure-code');
      return code ?? (await store.reader.run(runIdOf(pipeline, key)))!.plan;
    };
    const route = (more: Pick<RouteRequested, 'action'> & Partial<RouteRequested>) =>
      apply({ type: 'pipeline.route-requested', id: randomId('dep'), at: 1, pipeline, ...more });
    expect(await planOfNext()).toBe('UNKNOWN_PIPELINE');
    await deploy(first);
    expect(await planOfNext()).toBe(first.hash);
    await deploy(second);
    expect(await planOfNext()).toBe(second.hash);
    await route({ action: 'rollback' });
    expect(await planOfNext()).toBe(first.hash);
    await route({ action: 'canary', version: 2, share: 1 });
    expect(await planOfNext()).toBe(second.hash);
    await route({ action: 'rollback' });
    expect(await planOfNext()).toBe(first.hash);
    await route({ action: 'canary', version: 2, share: 1 });
    await route({ action: 'promote' });
    expect(await planOfNext()).toBe(second.hash);
  });

  test('asks the store once for a whole batch, however many pipelines it names that nobody has deployed', async () => {
    let asked = 0;
    const { deployed, ...reader } = store.reader;
    const counting = Object.create(deployed, {
      routes: { value: (names: readonly string[]) => (asked++, deployed.routes(names)) },
    }) as typeof deployed;
    const one = new Process(prefix, 1_000_000, { reader: { ...reader, deployed: counting } });
    await open(one.intake, null);
    const names = ['a\0b', 'x'.repeat(5_000), ...Array.from({ length: 40 }, (_, n) => `nobody-${n}`)];
    const records = names.map((pipeline, offset) =>
      record(one.topics.intake, { offset, value: { text: 'hello' }, headers: { pipeline } }),
    );
    const answer = await take(one.intake, records);
    const codes = new Set(answer.map(({ headers }) => headerText(headers ?? {}, 'millrace-failure-code')));
    expect([answer.length, [...codes], asked]).toEqual([names.length, ['INVALID_HEADER', 'UNKNOWN_PIPELINE'], 1]);
  });

  test('parks what it cannot read, as it came, and takes what stands beside it', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const bad = record(one.topics.intake, {
      offset: 0,
      value: 'not json',
      headers: { pipeline: 'letters', mine: 'kept' },
    });
    const answer = await take(one.intake, [bad, record(one.topics.intake, { offset: 1, ...asked(prefix) })]);
    const letter = answer.find(({ topic }) => topic === one.topics.deadLetters)!;
    expect(letter.value).toEqual(bad.value);
    expect(headerText(letter.headers!, 'mine')).toBe('kept');
    expect(headerText(letter.headers!, 'millrace-failure-code')).toBe('INVALID_JSON');
    expect(answer.find(({ topic }) => topic === one.topics.stage('reading'))).toBeDefined();
  });

  test.each([
    ['an input with a NUL', { value: '{"text":"a\\u0000b"}' }, 'INVALID_VALUE'],
    ['an input with half of a surrogate pair', { value: '{"text":"\\ud83d"}' }, 'INVALID_VALUE'],
    ['a number that no double holds', { value: '{"text":"a","amount":1e400}' }, 'INVALID_VALUE'],
    ['a whole number that would be changed', { value: '{"text":"a","n":[9007199254740993]}' }, 'INVALID_VALUE'],
    ['an input that is nested too deep', { value: '['.repeat(5_000) + ']'.repeat(5_000) }, 'INVALID_JSON'],
    ['bytes that are not UTF-8', { value: Buffer.from([0x22, 0xff, 0x22]) }, 'INVALID_JSON'],
    ['a key that cannot be stored', { headers: { 'idempotency-key': 'a\0b' } }, 'INVALID_HEADER'],
    ['a key that is not UTF-8', { headers: { 'idempotency-key': Buffer.from([0xff]) } }, 'INVALID_HEADER'],
    ['a key that is too long', { headers: { 'idempotency-key': 'k'.repeat(3_000) } }, 'INVALID_HEADER'],
    ['a key that was sent twice', { headers: { 'idempotency-key': ['a', 'b'] } }, 'INVALID_HEADER'],
    ['a tenant that cannot be stored', { headers: { tenant: '\0' } }, 'INVALID_HEADER'],
    ['a day that no calendar has', { headers: { 'start-at': '2027-02-30T00:00:00Z' } }, 'INVALID_START_TIME'],
    ['a time beyond the last year', { headers: { 'start-at': '9999-12-31T23:00:00-12:00' } }, 'INVALID_START_TIME'],
  ])('parks %s alone, and takes what stands beside it', async (_, { value, headers }: Hostile, code) => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const bad = record(one.topics.intake, {
      offset: 0,
      value: value ?? { text: 'hello' },
      headers: { pipeline: 'letters', ...headers },
    });
    const answer = await take(one.intake, [bad, record(one.topics.intake, { offset: 1, ...asked(prefix) })]);
    const letters = answer.filter(({ topic }) => topic === one.topics.deadLetters);
    expect(letters.map((letter) => headerText(letter.headers!, 'millrace-failure-code'))).toEqual([code]);
    expect(await store.reader.run(runIdOf('letters', prefix))).toBeDefined();
  });

  test('counts runs by a key of any length, and keeps two keys apart whose beginnings are the same', async () => {
    await deploy(planOf('counted', 1_000, { concurrency: { key: { $ref: ['input', 'text'] }, limit: 1 } }));
    const one = new Process(prefix);
    await open(one.intake, null);
    const long = 'x'.repeat(LIMIT / 4);
    const records = [long + 'a', long + 'b', long + 'a'].map((text, offset) =>
      record(one.topics.intake, {
        offset,
        value: { text },
        headers: { pipeline: 'counted', 'idempotency-key': `${prefix}${offset}` },
      }),
    );
    await take(one.intake, records);
    const runs = await Promise.all([0, 1, 2].map((n) => store.reader.run(runIdOf('counted', `${prefix}${n}`))));
    expect(runs.map((run) => run?.status)).toEqual(['running', 'running', 'held']);
  });

  test('parks a record that only just fitted, whose value stays where it came from', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const [letter] = await take(one.intake, [record(one.topics.intake, { offset: 3, value: 'x'.repeat(LIMIT - 100) })]);
    expect(letter!.value).toBeNull();
    expect(headerText(letter!.headers!, 'millrace-value-omitted')).toBe(String(LIMIT - 100));
    expect(headerText(letter!.headers!, 'millrace-origin-offset')).toBe('3');
  });

  test('fails the step whose command no record can hold, and says so', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const large = record(one.topics.intake, { offset: 0, ...asked(prefix), value: { text: 'x'.repeat(LIMIT) } });
    const answer = await take(one.intake, [large]);
    expect(answer.map(({ topic }) => topic)).toEqual([one.topics.deadLetters]);
    const run = await store.reader.run(runIdOf('letters', prefix));
    expect(run?.status).toBe('dead-lettered');
    expect(run?.facts.at(-1)).toMatchObject({ type: 'step.dead-lettered', failure: { code: 'RECORD_TOO_LARGE' } });
  });
});

describe('headers that nobody of ours has written', () => {
  const hostile = {
    'millrace-dead-letter': 'dl_\0',
    'millrace-failure-details': 'not json',
    'millrace-origin-partition': 'none',
    'millrace-failed-at': '-100000-01-01T00:00:00Z',
    'millrace-origin-timestamp': '+200000-01-01T00:00:00Z',
    theirs: '\0',
  };
  const parked = { ...hostile, 'millrace-dead-letter': derivedId('dl', randomId('t')) };

  test('hold up no dead letters', async () => {
    const source = unreadSource(
      { store, telemetry: told, now: Date.now },
      { topic: 'dead-letters', group: 'd', maxBatch: 10 },
    );
    const records = [hostile, parked].map((headers, offset) => record(source.topic, { offset, value: 'x', headers }));
    expect(await take(source, records)).toEqual([]);
    expect(await store.reader.deadLetter(parked['millrace-dead-letter'])).toMatchObject({
      failure: { code: 'INVALID_RECORD' },
      record: { topic: 'dead-letters', partition: 0, offset: 1, value: Buffer.from('x').toString('base64') },
    });
  });

  test('hold up no intake', async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const request = asked(prefix);
    const strange = record(one.topics.intake, { offset: 0, ...request, headers: { ...request.headers, ...hostile } });
    expect(await take(one.intake, [strange])).toHaveLength(1);
  });
});

describe('what happens to runs', () => {
  const begun = async () => {
    const one = new Process(prefix);
    await open(one.intake, null);
    const [command] = await take(one.intake, [record(one.topics.intake, { offset: 0, ...asked(prefix) })]);
    const { run } = JSON.parse(String(command!.value)) as StepCommand;
    const partition = partitionFor(run, PARTITIONS);
    return { one, run, partition };
  };

  test('is applied by a process that has never seen the run', async () => {
    const { run, partition } = await begun();
    const other = new Process(prefix);
    await open(other.runs, null, partition);
    const answer = await take(other.runs, [
      record(other.topics.runs, { offset: 0, partition, value: [completed(run)] }),
    ]);
    expect(answer.map(({ topic }) => topic)).toEqual([other.topics.results]);
    expect(await store.reader.run(run)).toMatchObject({ status: 'completed' });
  });

  test('is applied once, however often it comes', async () => {
    const { one, run, partition } = await begun();
    await open(one.runs, null, partition);
    const event = (offset: number) =>
      record(one.topics.runs, { offset, partition, value: [completed(run), completed(run)] });
    expect(await take(one.runs, [event(0)])).toHaveLength(1);
    expect(await take(one.runs, [event(1)])).toEqual([]);
    const { facts } = (await store.reader.run(run))!;
    expect(facts.map(({ type }) => type)).toEqual([
      'run.accepted',
      'step.requested',
      'step.completed',
      'run.completed',
    ]);
  });

  test.each([
    ['an attempt that no column holds', { attempt: 3e9 }],
    ['a time that no calendar has', { at: 1e300 }],
    ['a part of a millisecond', { startedAt: 0.5 }],
    ['a step without a name', { step: '' }],
    ['what is handed on without a name', { next: [''] }],
  ])('and holds %s is parked, and what stands beside it counts', async (_, change) => {
    const { one, run, partition } = await begun();
    await open(one.runs, null, partition);
    const value = [{ ...completed(run), ...change }, completed(run)];
    const answer = await take(one.runs, [record(one.topics.runs, { offset: 0, partition, value })]);
    const codes = answer.flatMap(({ headers }) => headerText(headers ?? {}, 'millrace-failure-code') ?? []);
    expect(codes).toEqual(['INVALID_RECORD']);
    expect(await store.reader.run(run)).toMatchObject({ status: 'completed' });
  });

  test('and names no run that there could be is parked', async () => {
    const { one, partition } = await begun();
    await open(one.runs, null, partition);
    const answer = await take(one.runs, [
      record(one.topics.runs, { offset: 0, partition, value: [completed('run_\0')] }),
    ]);
    expect(answer.map(({ headers }) => headerText(headers ?? {}, 'millrace-failure-code'))).toEqual(['INVALID_VALUE']);
  });

  test('and is no event, or is about a run that nobody knows, is parked; what stands beside it counts', async () => {
    const { one, run, partition } = await begun();
    await open(one.runs, null, partition);
    const value = [{ type: 'nonsense' }, completed(runIdOf('letters', 'never')), completed(run)];
    const answer = await take(one.runs, [record(one.topics.runs, { offset: 0, partition, value })]);
    const letters = answer.filter(({ topic }) => topic === one.topics.deadLetters);
    expect(letters.map(({ headers }) => headerText(headers!, 'millrace-failure-code'))).toEqual(['INVALID_RECORD']);
    expect(await store.reader.run(run)).toMatchObject({ status: 'completed' });
  });

  test('of runs that nobody knows is one dead letter for each record, with its bytes once, however many they are', async () => {
    const { one, partition } = await begun();
    await open(one.runs, null, partition);
    const stranger = (n: number) => completed(runIdOf('letters', `never ${n}`));
    const sent = [
      record(one.topics.runs, { offset: 4, partition, value: [stranger(1), stranger(2), { type: 'nonsense' }] }),
      record(one.topics.runs, { offset: 5, partition, value: Array.from({ length: 50 }, (_, n) => stranger(n)) }),
    ];
    const answer = await take(one.runs, sent);
    const said = (name: string) => answer.map(({ headers }) => headerText(headers ?? {}, name));
    expect(said('millrace-origin-offset')).toEqual(['4', '5']);
    expect(said('millrace-failure-code')).toEqual(['INVALID_RECORD', 'UNKNOWN_RUN']);
    expect(answer.map(({ value }) => value)).toEqual(sent.map(({ value }) => value));
    expect(new Set(said('millrace-dead-letter')).size).toBe(2);
  });
});
