import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADER, headerText, type RunEvent } from '@millrace/contracts';
import { type Runtime, openRuntime, serviceSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aCommand, CHAIN, later } from './runtime.fixture.js';
import { defineStage, type Handles, type In, type Out, Stage, startStage } from './index.js';

const greet = defineStage({
  name: 'greet',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string(), loud: z.boolean().default(false) }),
});
const polish = defineStage({
  name: 'polish',
  input: z.object({ text: z.string(), to: z.string() }),
  output: z.object({ text: z.string() }),
});

@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  handle({ name }: In<typeof greet>): Promise<Out<typeof greet>> {
    return Promise.resolve({ text: `Hello ${name}` });
  }
}

@Stage(polish)
class PolishStage implements Handles<typeof polish> {
  handle({ text, to }: In<typeof polish>): Promise<Out<typeof polish>> {
    return Promise.resolve({ text: `${text}, dear ${to}` });
  }
}

async function anEmbeddedRuntime(dataDir: string) {
  return openRuntime('test', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
}

async function eventsOn(runtime: Runtime, wanted: number): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  const enough = later<void>();
  await using _ = await runtime.broker.tail([runtime.topics.runs], 'start', ({ value }) => {
    events.push(...(JSON.parse(value!.toString()) as RunEvent[]));
    if (events.length >= wanted) enough.resolve();
  });
  await enough.promise;
  return events;
}

test('runs pass from stage to stage over the embedded log, and are there after a restart', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-stage-'));
  const runs = Array.from({ length: 50 }, (_, n) => 'run_' + String(n).padStart(26, '0'));
  {
    await using runtime = await anEmbeddedRuntime(dir);
    const { topics, broker } = runtime;
    await broker.publish([{ topic: topics.plans, key: CHAIN.hash, value: JSON.stringify(CHAIN.plan) }]);
    const greeting = await startStage(runtime, GreetStage);
    const polishing = await startStage(runtime, PolishStage);
    await broker.publish(
      runs.map((run) => ({
        topic: topics.stage('greet'),
        key: run,
        value: JSON.stringify(
          aCommand({ run, plan: CHAIN.hash, step: 'hello', input: { name: 'Ada' }, known: { input: { to: 'Bo' } } }),
        ),
      })),
    );
    await eventsOn(runtime, 100);
    expect(await greeting.ready()).toBe(true);
    await Promise.all([greeting.drain(5_000), polishing.drain(5_000)]);
    const [lag] = await broker.lag(runtime.groups.stage('polish'), topics.stage('polish'));
    expect(lag?.backlog).toBe(0);
  }
  await using again = await anEmbeddedRuntime(dir);
  const events = await eventsOn(again, 100);
  const polished = events.filter((event) => event.type === 'step.completed' && event.step === 'polish');
  expect(polished.map(({ run }) => run).sort()).toEqual(runs);
  expect(polished[0]).toMatchObject({ output: { text: 'Hello Ada, dear Bo' } });
  expect(events).toHaveLength(100);
  await rm(dir, { recursive: true });
});

test('a record that nobody can read keeps its headers on the embedded log', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-stage-'));
  {
    await using runtime = await anEmbeddedRuntime(dir);
    const greeting = await startStage(runtime, GreetStage);
    const found = later<{ theirs: string | undefined; value: string | undefined }>();
    await using _ = await runtime.broker.tail([runtime.topics.deadLetters], 'start', ({ headers, value }) =>
      found.resolve({ theirs: headerText(headers, 'theirs'), value: value?.toString() }),
    );
    const headers = { theirs: 'kept', [HEADER.type]: 'whatever' };
    await runtime.broker.publish([{ topic: runtime.topics.stage('greet'), key: null, value: '{', headers }]);
    expect(await found.promise).toEqual({ theirs: 'kept', value: '{' });
    await greeting.drain(1_000);
  }
  await rm(dir, { recursive: true });
});
