import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Incoming, Outgoing } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { acceptedTraceparent, readJson, type StepCommand } from '@millrace/contracts';
import { defineStage } from '@millrace/pipeline';
import { ensureStageTopics, openRuntime, serviceSettings } from '@millrace/runtime';
import { stage, startStage } from '@millrace/stage';
import { z } from 'zod';
import { checkStage, type Finding } from './check-stage.js';
import { EXIT } from '../exit.js';
import { millrace } from '../millrace.js';
import { misfitOf, sampleOf } from './sample.js';

const shout = defineStage({
  name: 'shout',
  input: z.object({ text: z.string().min(1), times: z.int().min(2).max(9), how: z.enum(['loud', 'louder']) }),
  output: z.object({ text: z.string() }),
});

/** A log of its own, with the topics that a stage needs. */
async function installation() {
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-check-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const broker = opening.use(await embeddedBroker({ dir: join(dataDir, 'log'), fsync: false }));
  const settings = serviceSettings({ MILLRACE_DATA: dataDir, LOG_LEVEL: 'silent' }, 'check');
  const runtime = opening.use(await openRuntime('check', settings, { broker }));
  await ensureStageTopics(runtime, [shout.name]);
  const opened = opening.move();
  const check = (withinMs: number) =>
    checkStage({
      broker,
      topics: runtime.topics,
      name: shout.name,
      group: runtime.groups.stage(shout.name),
      withinMs,
    });
  return { runtime, check, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const states = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ check, state }) => [check, state]));

test('a stage on Millrace’s own runtime keeps all promises', async () => {
  await using place = await installation();
  const running = await startStage(
    place.runtime,
    stage(shout, ({ text }) => ({ text: text.toUpperCase() })),
  );
  try {
    expect((await place.check(20_000)).filter(({ state }) => state !== 'kept')).toEqual([]);
  } finally {
    await running.drain(1_000);
  }
});

test('of a stage that announces nothing that is all that is said', async () => {
  await using place = await installation();
  expect(await place.check(1_000)).toEqual([
    { check: 'the contract is announced', state: 'broken', detail: expect.stringContaining('has the key "shout"') },
  ]);
});

type Wrong = (command: StepCommand) => Record<string, unknown>;

/** A stage written by hand, which does all that one has to but for what is given: its answers, and its dead letters. */
async function byHand(
  { runtime }: Awaited<ReturnType<typeof installation>>,
  wrong: { readonly answer?: Wrong; readonly twice?: boolean; readonly keepsLetters?: boolean; readonly key?: string },
) {
  const { broker, topics, groups } = runtime;
  const contract = {
    input: z.toJSONSchema(shout.input) as Record<string, unknown>,
    output: z.toJSONSchema(shout.output) as Record<string, unknown>,
  };
  await broker.publish([{ topic: topics.contracts, key: shout.name, value: JSON.stringify(contract) }]);
  const handle = (record: Incoming): Promise<readonly Outgoing[]> => {
    const command = readJson(record.value ?? '').value as StepCommand | undefined;
    if (typeof command?.expires !== 'number')
      return Promise.resolve(
        wrong.keepsLetters ? [{ ...record, topic: topics.deadLetters, partition: 0, headers: {} }] : [],
      );
    const { run, step, attempt } = command;
    const at = Date.now();
    const event = { type: 'step.completed', run, step, attempt, at, startedAt: at, trace: acceptedTraceparent(run) };
    const value = JSON.stringify([{ ...event, output: { text: 'AH' }, ...wrong.answer?.(command) }]);
    const answer = { topic: topics.runs, key: wrong.key ?? run, value };
    return Promise.resolve(wrong.twice ? [answer, answer] : [answer]);
  };
  return broker.consume({ topic: topics.stage(shout.name), group: groups.stage(shout.name), concurrency: 8 }, handle);
}

test('a stage that checks nothing, follows nothing and keeps no dead letters is told so, promise by promise', async () => {
  await using place = await installation();
  await using _ = await byHand(place, {});
  const findings = await place.check(2_000);
  expect(states(findings)).toMatchObject({
    'a valid command is answered with step.completed': 'kept',
    'each of 20 commands is answered once': 'kept',
    'an input that does not fit is answered with STAGE_INPUT_INVALID': 'broken',
    'a command that comes after its time is answered with STAGE_TIMED_OUT': 'broken',
    'records that are no commands become dead letters, and the stage goes on': 'broken',
    'a command of a cancelled run is not answered': 'broken',
    'the offset is committed behind what is answered': 'kept',
  });
  expect(findings.filter(({ state, detail }) => state === 'broken' && !/^[A-Z].*\.$/.test(detail))).toEqual([]);
});

const COMPLETED = 'a valid command is answered with step.completed';
test.each<[string, Parameters<typeof byHand>[1], string]>([
  ['answers twice', { twice: true }, 'each of 20 commands is answered once'],
  [
    'counts attempts itself',
    { answer: () => ({ attempt: 1 }) },
    'an answer names the run, step and attempt of its command',
  ],
  [
    'forgets the time',
    { answer: () => ({ startedAt: undefined }) },
    'an answer has its times and the trace of its command',
  ],
  [
    'begins a trace',
    { answer: () => ({ trace: acceptedTraceparent('another') }) },
    'an answer has its times and the trace of its command',
  ],
  ['gives something else', { answer: () => ({ output: { txt: 'AH' } }) }, 'an output fits the contract'],
  ['fails what it could do', { answer: () => ({ type: 'step.failed', failure: { code: 'NO' } }) }, COMPLETED],
  ['writes anywhere', { key: 'one key for all' }, 'an answer is on the partition of its run'],
  [
    'loses headers of dead letters',
    { keepsLetters: true },
    'records that are no commands become dead letters, and the stage goes on',
  ],
])('a stage that %s is found out', async (_, wrong, promise) => {
  await using place = await installation();
  await using _stage = await byHand(place, wrong);
  expect(states(await place.check(2_000))[promise]).toBe('broken');
});

test('an input is made up from most contracts, and one that does not fit', () => {
  const schemas = [
    z.toJSONSchema(shout.input),
    z.toJSONSchema(
      z.object({ to: z.email(), tags: z.array(z.string()).min(2), nested: z.object({ n: z.number().gt(3) }) }),
    ),
    z.toJSONSchema(z.union([z.object({ kind: z.literal('a') }), z.string()])),
    z.toJSONSchema(z.string().nullable()),
  ];
  for (const schema of schemas) {
    const sample = sampleOf(schema);
    expect(sample).toBeDefined();
    expect(misfitOf(schema, sample!.value)).toBeDefined();
  }
  expect(sampleOf({ type: 'string', pattern: '^[A-Z]{9}$' })).toBeUndefined();
  expect(misfitOf({}, 'anything')).toBeUndefined();
});

test('without Kafka the command says what it needs', async () => {
  const said: string[] = [];
  const terminal = {
    env: {},
    cwd: '/',
    colours: false,
    out: () => {},
    say: (text: string) => void said.push(text),
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    signal: new AbortController().signal,
  };
  expect(await millrace(['stage', 'check', 'shout'], terminal)).toBe(EXIT.usage);
  expect(said.join('')).toContain('Set KAFKA_BROKERS');
});
