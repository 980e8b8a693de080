import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ModelAnswer,
  type ModelCall,
  ModelCallEvents,
  modelGrantsRecord,
  type ModelQuota,
  modelRecord,
  quotaKey,
  readEvents,
  readJson,
} from '@millrace/contracts';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aCommand } from '../runtime.fixture.js';
import { defineStage, stage, startStage, type StageRun } from '../index.js';

const ask = defineStage({
  name: 'ask',
  input: z.object({ name: z.string(), calls: z.boolean() }),
  output: z.object({ text: z.string() }),
});
const QUOTA: ModelQuota = { provider: 'acme-ai', model: 'small', tenant: '*', requests: 1, perMs: 60_000, at: 1 };
const ANSWER: ModelAnswer = {
  ...{ text: 'yes', finishReason: 'stop', model: 'small', limits: {}, durationMs: 1, source: 'provider' },
  usage: { inputTokens: 6, outputTokens: 2 },
};

const callOf = (name: string, { signal }: StageRun): ModelCall => ({
  key: name,
  operation: 'chat',
  ...{ provider: 'acme-ai', model: 'small', prompt: 'ask', hop: { index: 0, name: 'model' }, isReask: false, signal },
  estimate: { inputTokens: 6, outputTokens: 4 },
  caller: {},
  content: () => ({ system: '', user: '' }),
});

const asking = stage(ask, async ({ name, calls }, run) => {
  if (!calls) return { text: name };
  const call = callOf(name, run);
  const through = run.modelCalls.reduceRight<() => Promise<ModelAnswer>>(
    (next, around) => () => around(call, next),
    () => Promise.resolve(ANSWER),
  );
  return { text: (await through()).text };
});

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('a call that waits for its quota takes no slot of its stage and no time of its step', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-in-turn-'));
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const runtime = opening.use(await openRuntime('test', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir }));
  const { broker, topics } = runtime;
  await broker.publish([modelRecord(topics, quotaKey(QUOTA), { value: QUOTA, id: 'q' })]);
  const running = await startStage(runtime, asking, { concurrency: 1 });
  opening.defer(() => running.drain(1_000));
  const asked: { process: string; id: string }[] = [];
  const told = await broker.tail([topics.modelCalls], 'start', ({ value }) => {
    for (const event of ModelCallEvents.parse(readJson(value ?? '').value))
      if (event.type === 'call.asked') asked.push({ process: event.process, id: event.call.id });
  });
  opening.use(told);
  const ends: { step: string; type: string }[] = [];
  const heard = await broker.tail([topics.runs], 'start', ({ value }) => {
    for (const { event } of readEvents(value).events)
      if ('step' in event) ends.push({ step: event.step, type: event.type });
  });
  opening.use(heard);
  const send = (step: string, input: object, timeoutMs: number) =>
    broker.publish([
      { topic: topics.stage('ask'), key: step, value: JSON.stringify(aCommand({ step, input, timeoutMs })) },
    ]);

  await send('waits', { name: 'waits', calls: true }, 200);
  await until(() => asked.length === 1);
  const from = performance.now();
  // The stage works on one step at a time, and this one goes past the one that waits.
  await send('passes', { name: 'passes', calls: false }, 60_000);
  await until(() => ends.length === 1);
  expect(ends).toEqual([{ step: 'passes', type: 'step.completed' }]);
  // Longer than the step's whole time.
  await until(() => performance.now() - from > 400);
  const [{ process, id } = { process: '', id: '' }] = asked;
  await broker.publish([modelGrantsRecord(topics, [{ is: 'granted', id, process }])]);
  await until(() => ends.length === 2);
  expect(ends[1]).toEqual({ step: 'waits', type: 'step.completed' });
});
