import { z } from 'zod';
import { aRuntime } from './runtime.fixture.js';
import { defineStage, type Handles, Stage, startStage } from './index.js';

const greet = defineStage({
  name: 'greet',
  description: 'Greets.',
  summary: 'Said: {text}',
  version: '2',
  input: z.object({ name: z.string().default('world') }),
  output: z.object({ text: z.string() }),
});

@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  handle() {
    return Promise.resolve({ text: 'hello' });
  }
}

test('a stage that takes commands has announced what it takes and gives', async () => {
  await using runtime = await aRuntime();
  const running = await startStage(runtime, GreetStage);
  const [record] = runtime.records(runtime.topics.contracts);
  expect(String(record!.key)).toBe('greet');
  expect(JSON.parse(String(record!.value))).toMatchObject({
    input: { type: 'object', properties: { name: { type: 'string' } } },
    output: { type: 'object', required: ['text'] },
    description: 'Greets.',
    summary: 'Said: {text}',
    version: '2',
  });
  await running.drain(1_000);
});

test('a stage says with each output what it comes to, as its contract has it', async () => {
  await using runtime = await aRuntime();
  const running = await startStage(runtime, GreetStage);
  await runtime.ask('greet', { input: {} });
  expect((await runtime.events(1))[0]).toMatchObject({ output: { text: 'hello' }, summary: 'Said: hello' });
  await running.drain(1_000);
});

test('a stage that may not announce its contract works all the same, and the log says so', async () => {
  await using runtime = await aRuntime();
  const { broker } = runtime;
  const publish: typeof broker.publish = (records) =>
    records.some(({ topic }) => topic === runtime.topics.contracts)
      ? Promise.reject(new Error('not allowed'))
      : broker.publish(records);
  const guarded = Object.assign(Object.create(broker) as typeof broker, { publish });
  const running = await startStage({ ...runtime, broker: guarded }, GreetStage);
  await runtime.ask('greet');
  await runtime.events(1);
  expect(runtime.lines.map(({ msg }) => msg)).toContainEqual(
    expect.stringContaining('could not announce its contract'),
  );
  await running.drain(1_000);
});
