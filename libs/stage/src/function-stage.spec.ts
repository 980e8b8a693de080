import type { RunEvent, StepCompleted, StepFailed } from '@millrace/contracts';
import { z } from 'zod';
import { aRuntime, RUN } from './runtime.fixture.js';
import {
  type AnyStage,
  defineStage,
  type Handles,
  type In,
  type Out,
  Stage,
  stage,
  StageFailure,
  type StageRun,
  startStages,
} from './index.js';

const greet = defineStage({
  name: 'greet',
  input: z.object({ name: z.string().default('world') }),
  output: z.object({ text: z.string(), loud: z.boolean().default(false) }),
});
const polish = defineStage({
  name: 'polish',
  input: z.object({ text: z.string() }),
  output: z.object({ n: z.number() }),
});

function work({ name }: In<typeof greet>, run: StageRun): Out<typeof greet> {
  if (name === 'refused') throw new StageFailure('NAME_REFUSED', 'This name is not greeted.', { retryable: false });
  if (name === 'wrong') return { text: 5 } as never;
  return { text: `${name} ${run.idempotencyKey}` };
}

@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  handle(input: In<typeof greet>, run: StageRun): Out<typeof greet> {
    return work(input, run);
  }
}

async function answerOf(served: AnyStage, input: unknown): Promise<RunEvent | undefined> {
  await using runtime = await aRuntime();
  const running = await startStages(runtime, [served]);
  await runtime.ask('greet', { input });
  const [event] = await runtime.events(1);
  await running.drain(0);
  return event;
}

describe.each([
  ['a class', GreetStage],
  ['a function', stage(greet, work)],
] as const)('%s that is a stage', (_, served) => {
  test('answers with its output, defaults of the contract filled in, and is given the attempt', async () => {
    const event = (await answerOf(served, {})) as StepCompleted;
    expect(event).toMatchObject({ type: 'step.completed', run: RUN });
    expect(event.output).toEqual({ text: `world ${RUN}.only`, loud: false });
  });

  test.each([
    ['an input that the contract does not take', { name: 7 }, 'STAGE_INPUT_INVALID'],
    ['an output that the contract does not allow', { name: 'wrong' }, 'STAGE_OUTPUT_INVALID'],
    ['a failure of its own', { name: 'refused' }, 'NAME_REFUSED'],
  ])('fails the step with %s', async (_why, input, code) => {
    expect((await answerOf(served, input)) as StepFailed).toMatchObject({ type: 'step.failed', failure: { code } });
  });
});

test('functions and classes share one process', async () => {
  await using runtime = await aRuntime();
  const running = await startStages(runtime, [GreetStage, stage(polish, ({ text }) => ({ n: text.length }))]);
  await runtime.ask('greet');
  await runtime.ask('polish', { step: 'later', input: { text: 'abc' } });
  const events = await runtime.events(2);
  await running.drain(0);
  expect(events.map(({ type }) => type)).toEqual(['step.completed', 'step.completed']);
});

test('a stage named twice in one process is refused before it takes anything, naming the stage', async () => {
  await using runtime = await aRuntime();
  await expect(startStages(runtime, [GreetStage, stage(greet, work)])).rejects.toThrow(
    'The stage greet is served twice by this process, by GreetStage and by stage(greet): remove one of them.',
  );
  expect(runtime.records(runtime.topics.contracts)).toEqual([]);
});
