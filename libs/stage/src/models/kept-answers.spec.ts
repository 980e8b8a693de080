import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  KeptCall,
  type ModelAnswer,
  type ModelCall,
  ModelCallEvents,
  readEvents,
  readJson,
  type RunEvent,
} from '@millrace/contracts';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aCommand, RUN } from '../runtime.fixture.js';
import { defineStage, stage, StageFailure, startStage, type StageRun } from '../index.js';
import { AnswerIndex } from './answer-index.js';

const ask = defineStage({ name: 'ask', input: z.object({}), output: z.object({ text: z.string() }) });

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A provider whose answers are billed. */
class Provider {
  readonly paid: string[] = [];
  /** Calls of these names are never answered. */
  readonly silent = new Set<string>();
  readonly failing = new Map<string, Error>();

  async answer(name: string, signal: AbortSignal): Promise<ModelAnswer> {
    const failure = this.failing.get(name);
    if (failure) throw failure;
    this.paid.push(name);
    if (this.silent.has(name))
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return {
      ...{ text: `${name} #${this.paid.length}`, finishReason: 'stop', model: 'small', limits: {}, durationMs: 1 },
      usage: { inputTokens: 6, outputTokens: 2 },
      source: 'provider',
    };
  }
}

async function call(name: string, { run, provider, ifUnknown }: Asking): Promise<string> {
  const made: ModelCall = {
    key: `${run.idempotencyKey}/${name}`,
    operation: 'chat',
    ...{ provider: 'acme-ai', model: 'small', prompt: name, hop: { index: 0, name: 'model' }, isReask: false },
    estimate: { inputTokens: 6, outputTokens: 4 },
    caller: { run: run.id, step: run.step, idempotencyKey: run.idempotencyKey },
    ifUnknown,
    signal: run.signal,
    content: () => ({ system: '', user: '' }),
  };
  const through = run.modelCalls.reduceRight<() => Promise<ModelAnswer>>(
    (next, around) => () => around(made, next),
    () => provider.answer(name, run.signal),
  );
  return (await through()).text;
}

interface Asking {
  readonly run: StageRun;
  readonly provider: Provider;
  readonly ifUnknown?: 'ask' | 'fail' | undefined;
}

/** A log, a provider, and processes of a stage that share nothing else. */
async function open(work: (asking: Asking) => Promise<string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-kept-'));
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const runtime = opening.use(await openRuntime('test', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir }));
  const { broker, topics } = runtime;
  const provider = new Provider();
  const [ends, unknown] = [[] as RunEvent[], [] as string[]];
  const kept = new Map<string, string>();
  opening.use(
    await broker.tail([topics.runs, topics.modelCalls, topics.modelAnswers], 'start', ({ topic, key, value }) => {
      if (topic === topics.runs) ends.push(...readEvents(value).events.map(({ event }) => event));
      else if (topic === topics.modelCalls) {
        for (const event of ModelCallEvents.parse(readJson(value ?? '').value))
          if (event.type === 'call.ended' && event.outcome === 'unknown') unknown.push(event.call.id);
      } else if (value === null) kept.delete(String(key));
      else kept.set(String(key), KeptCall.parse(readJson(value).value).is);
    }),
  );
  const handled = stage(ask, async (_, run) => ({ text: await work({ run, provider }) }));
  const opened = opening.move();
  return {
    provider,
    ends,
    kept,
    unknown,
    async process() {
      const running = await startStage(runtime, handled, { concurrency: 4 });
      opened.defer(() => running.drain(0));
      return running;
    },
    send: (attempt = 1) =>
      broker.publish([
        { topic: topics.stage('ask'), key: RUN, value: JSON.stringify(aCommand({ step: 'only', attempt })) },
      ]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

test('a crash between an answer and the commit calls nobody again, and an answer is gone once its step is committed', async () => {
  await using world = await open(async (asking) => `${await call('a', asking)}, ${await call('b', asking)}`);
  world.provider.silent.add('b');
  const first = await world.process();
  await world.send();
  await until(() => world.provider.paid.length === 2 && world.kept.get(`${RUN}.only/a`) === 'answered');
  // As a crash: what is in hand is given up, and nothing of it is committed.
  await first.drain(0);
  world.provider.silent.clear();
  await world.process();
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.completed', output: { text: 'a #1, b #3' } }]);
  // `b` had left without an answer: it was asked again, and is told of.
  expect(world.provider.paid).toEqual(['a', 'b', 'b']);
  expect(world.unknown).toContain(`${RUN}.only/b`);
  await until(() => world.kept.size === 0);
});

test('a call whose outcome is unknown is not made again where that is not allowed, until the step is redriven', async () => {
  await using world = await open((asking) => call('a', { ...asking, ifUnknown: 'fail' }));
  world.provider.silent.add('a');
  const first = await world.process();
  await world.send();
  await until(() => world.provider.paid.length === 1);
  await first.drain(0);
  world.provider.silent.clear();
  await world.process();
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([
    { type: 'step.failed', failure: { code: 'MODEL_CALL_UNKNOWN', kind: 'permanent' } },
  ]);
  expect(world.provider.paid).toEqual(['a']);
  await until(() => world.kept.size === 0);
  await world.send(2);
  await until(() => world.ends.length === 2);
  expect(world.ends[1]).toMatchObject({ type: 'step.completed' });
  expect(world.provider.paid).toEqual(['a', 'a']);
});

test('an attempt takes the answers that an earlier one has paid for, in any process, but for one that could not be used', async () => {
  let attempts = 0;
  await using world = await open(async (asking) => {
    const said = `${await call('a', asking)}, ${await call('b', asking)}`;
    if (++attempts > 1) return said;
    asking.run.discardAnswer(`${asking.run.idempotencyKey}/b`);
    throw new StageFailure('CRM_AWAY', 'The CRM does not answer.', { retryable: true });
  });
  const first = await world.process();
  await world.send();
  await until(() => world.ends.length === 1 && world.kept.size === 1);
  await first.drain(1_000);
  await world.process();
  await world.send(2);
  await until(() => world.ends.length === 2);
  expect(world.ends[1]).toMatchObject({ type: 'step.completed', output: { text: 'a #1, b #3' } });
  expect(world.provider.paid).toEqual(['a', 'b', 'b']);
  await until(() => world.kept.size === 0);
});

test('a failure that says so lets the next attempt ask all its models again', async () => {
  let attempts = 0;
  await using world = await open(async (asking) => {
    const said = await call('a', asking);
    if (++attempts > 1) return said;
    throw new StageFailure('NOT_SAID_WELL', 'The reply is rude.', { retryable: true, asksModelsAgain: true });
  });
  await world.process();
  await world.send();
  await until(() => world.ends.length === 1);
  await world.send(2);
  await until(() => world.ends.length === 2);
  expect(world.provider.paid).toEqual(['a', 'a']);
});

test('a call that the provider has refused is nobody’s unknown call', async () => {
  await using world = await open((asking) => call('a', asking));
  world.provider.failing.set('a', new StageFailure('MODEL_UNAVAILABLE', 'The model answered 500.'));
  await world.process();
  await world.send();
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.failed', failure: { code: 'MODEL_UNAVAILABLE' } }]);
  await until(() => world.kept.size === 0);
  expect(world.unknown).toEqual([]);
});

test('the calls that a process remembers are bounded, the newest stay', () => {
  const index = new AnswerIndex(10);
  for (let n = 0; n < 40; n++) {
    const kept: KeptCall = { is: 'sent', step: `run.${n}`, claim: `c${n}`, process: 'p' };
    const value = Buffer.from(JSON.stringify(kept));
    const at = { topic: 't', partition: 0, offset: n, headers: {}, timestamp: n };
    expect(index.see({ ...at, key: Buffer.from(`call-${n}`), value })).toEqual({ claim: `c${n}` });
  }
  expect([...index.before(1_000)]).toEqual(Array.from({ length: 10 }, (_, n) => `call-${n + 30}`));
  expect([...index.ofStep('run.3'), ...index.ofStep('run.39')]).toEqual(['call-39']);
});
