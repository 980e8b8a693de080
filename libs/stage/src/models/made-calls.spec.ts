import { type ModelAnswer, type ModelCall, RunEvent } from '@millrace/contracts';
import { z } from 'zod';
import { defineStage, stage, StageFailure, startStage, type StageRun } from '../index.js';
import { aRuntime } from '../runtime.fixture.js';

const WORDS = 'the marked words';
const ask = defineStage({
  name: 'ask',
  input: z.object({ calls: z.number(), length: z.number().default(0), fails: z.boolean().default(false) }),
  output: z.object({ text: z.string() }),
});
const ANSWER: ModelAnswer = {
  ...{ text: WORDS, finishReason: 'stop', model: 'small', limits: {}, durationMs: 7.4, source: 'provider' },
  usage: { inputTokens: 6, outputTokens: 2, cacheReadTokens: 5 },
};

function call(run: StageRun, more: Partial<ModelCall>, provider: () => Promise<ModelAnswer>): Promise<ModelAnswer> {
  const made: ModelCall = {
    ...{ key: `${run.idempotencyKey}/${more.prompt}`, operation: 'chat', provider: 'acme-ai', model: 'small' },
    ...{ prompt: 'ask', hop: { index: 0, name: 'model' }, isReask: false, signal: run.signal },
    estimate: { inputTokens: 6, outputTokens: 4 },
    caller: { run: run.id, step: run.step, idempotencyKey: run.idempotencyKey },
    content: () => ({ system: WORDS, user: WORDS, answer: WORDS }),
    ...more,
  };
  return run.modelCalls.reduceRight<() => Promise<ModelAnswer>>((next, around) => () => around(made, next), provider)();
}

/** Asks a model that is busy, then a cheaper one, and so on; gives the events of one step. */
async function eventOf(input: z.input<typeof ask.input>, answer = ANSWER) {
  await using runtime = await aRuntime();
  const handler = stage(ask, async ({ calls, length, fails }, run) => {
    for (let n = 0; n < calls; n++) {
      const isFirst = n === 0;
      const busy = () => Promise.reject(new StageFailure('MODEL_BUSY', WORDS));
      const hop = isFirst ? { index: 0, name: 'model' } : { index: 1, name: 'cheaper' };
      const asked = call(run, { prompt: `ask-${n}`, hop }, isFirst ? busy : () => Promise.resolve(answer));
      await asked.catch(() => undefined);
    }
    if (fails) throw new StageFailure('MODEL_DECLINED', 'It would not.');
    return { text: 'x'.repeat(length) };
  });
  const running = await startStage(runtime, handler);
  await runtime.ask('ask', { input });
  const [event] = await runtime.events(1);
  await running.drain(1_000);
  return event!;
}

test('the end of a step tells of each call of a model: prompt, model, route, tokens, time and end, and no word of it', async () => {
  const event = await eventOf({ calls: 2 });
  expect(event).toMatchObject({
    type: 'step.completed',
    calls: {
      items: [
        { prompt: 'ask-0', provider: 'acme-ai', model: 'small', hop: { index: 0, name: 'model' }, code: 'MODEL_BUSY' },
        {
          ...{ prompt: 'ask-1', operation: 'chat', hop: { index: 1, name: 'cheaper' }, ms: 7, finish: 'stop' },
          tokens: { input: 6, output: 2, cacheRead: 5 },
        },
      ],
    },
  });
  expect(RunEvent.safeParse(event).error).toBeUndefined();
  expect(JSON.stringify(event)).not.toContain(WORDS);
});

test('a step that calls no model tells of none, and a failed one of those that it made', async () => {
  expect(await eventOf({ calls: 0 })).not.toHaveProperty('calls');
  const failed = await eventOf({ calls: 2, fails: true });
  expect(failed).toMatchObject({ type: 'step.failed', calls: { items: [{ code: 'MODEL_BUSY' }, { finish: 'stop' }] } });
});

test('of many calls the last twenty are told, with the number of all', async () => {
  const event = await eventOf({ calls: 25 });
  const { items, total } = (event as RunEvent & { type: 'step.completed' }).calls!;
  expect([items.length, items[0]!.prompt, items.at(-1)!.prompt, total]).toEqual([20, 'ask-5', 'ask-24', 25]);
});

test('an output that only just fits goes without what would be told of its calls', async () => {
  const event = await eventOf({ calls: 20, length: 97_500 });
  expect(event).toMatchObject({ type: 'step.completed' });
  expect(event).not.toHaveProperty('calls');
});

test('numbers that a provider made up do not make the event unreadable', async () => {
  const usage = { inputTokens: 1.5, outputTokens: -3 };
  const event = await eventOf({ calls: 2 }, { ...ANSWER, usage, durationMs: Number.NaN });
  expect(RunEvent.safeParse(event).error).toBeUndefined();
  expect((event as RunEvent & { type: 'step.completed' }).calls!.items[1]).not.toHaveProperty('tokens');
});
