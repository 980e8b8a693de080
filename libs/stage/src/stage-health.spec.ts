import { failure, RunEvent } from '@millrace/contracts';
import { defineStage, type In, type Out } from '@millrace/pipeline';
import { z } from 'zod';
import { aRuntime } from './runtime.fixture.js';
import { type Handles, Stage, StageFailure, type StageRun, startStage } from './index.js';
import { StageHealth } from './stage-health.js';

const greet = defineStage({
  name: 'greet',
  description: 'Greets.',
  input: z.object({ as: z.enum(['refused', 'busy', 'own', 'thrown', 'broken', 'repaired']) }),
  output: z.object({ text: z.string() }),
});

/** An answer that is cut off, too long, and no text that can be stored as it is. */
const RAW = `Sure!\0 Here you are: {"text": \ud800${' '.repeat(10_000)}`;

@Stage(greet)
class Greet implements Handles<typeof greet> {
  handle({ as }: In<typeof greet>, run: StageRun): Out<typeof greet> {
    if (as === 'refused') run.degraded({ code: 'MODEL_REFUSED', message: 'The model answered 401.' });
    if (as === 'busy') run.degraded({ code: 'MODEL_BUSY', message: 'The model answered 429.' });
    if (as === 'thrown') throw new StageFailure('MODEL_REFUSED', 'The model answered 403.');
    if (as === 'broken') throw Object.assign(new StageFailure('MODEL_ANSWER_INVALID', 'No JSON.'), { answer: RAW });
    if (as === 'repaired') run.degraded({ code: 'MODEL_ANSWER_INVALID', message: 'No JSON.', answer: RAW });
    return { text: 'Hello' };
  }
}

test('what a stage gives in place of its own answer is told with the answer', async () => {
  await using runtime = await aRuntime();
  const stage = await startStage(runtime, Greet);
  await runtime.ask('greet', { input: { as: 'refused' } });
  expect((await runtime.events(1))[0]).toMatchObject({
    type: 'step.completed',
    output: { text: 'Hello' },
    insteadOf: { code: 'MODEL_REFUSED', message: 'The model answered 401.' },
  });
  await runtime.ask('greet', { input: { as: 'own' } });
  expect((await runtime.events(2))[1]).not.toHaveProperty('insteadOf');
  await stage.drain(1_000);
});

test('the answer of a model that could not be used is kept with the failure, cut and fit to be stored', async () => {
  await using runtime = await aRuntime();
  const stage = await startStage(runtime, Greet);
  await runtime.ask('greet', { input: { as: 'broken' } });
  await runtime.ask('greet', { input: { as: 'repaired' } });
  const kept = `Sure! Here you are: {"text": \ufffd`;
  const events = await runtime.events(2);
  expect(events).toMatchObject([
    { type: 'step.failed', failure: { code: 'MODEL_ANSWER_INVALID' }, answer: expect.stringContaining(kept) },
    { type: 'step.completed', insteadOf: { code: 'MODEL_ANSWER_INVALID', answer: expect.stringContaining(kept) } },
  ]);
  for (const event of events) expect(RunEvent.safeParse(event).error).toBeUndefined();
  expect(JSON.stringify(runtime.lines)).not.toContain('Here you are');
  await stage.drain(1_000);
});

test('a stage whose settings are refused is not ready until an attempt works, and takes its work all the while', async () => {
  await using runtime = await aRuntime();
  const stage = await startStage(runtime, Greet);
  const readyAfter = async (as: string, n: number) => {
    await runtime.ask('greet', { input: { as } });
    await runtime.events(n);
    return stage.ready();
  };
  expect(await readyAfter('busy', 1)).toBe(true);
  expect(await readyAfter('refused', 2)).toMatch(/greet cannot work as it is configured: MODEL_REFUSED: .*401/);
  expect(await readyAfter('busy', 3)).toMatch(/MODEL_REFUSED/);
  expect(await readyAfter('own', 4)).toBe(true);
  expect(await readyAfter('thrown', 5)).toMatch(/MODEL_REFUSED: .*403/);
  await stage.drain(1_000);
});

test('a fallback is said in the log once a minute for each code, and how many there were', () => {
  let now = 0;
  const lines: unknown[] = [];
  const log = { warn: (fields: object) => void lines.push(fields) } as unknown as ConstructorParameters<
    typeof StageHealth
  >[1];
  const health = new StageHealth('draft', log, () => now);
  const [busy, refused] = [failure('MODEL_BUSY', 'busy'), failure('MODEL_REFUSED', 'refused')];
  for (let n = 0; n < 100; n++) health.completed(busy);
  health.completed(refused);
  health.completed(undefined);
  now = 59_999;
  health.completed(busy);
  now = 60_000;
  health.completed(busy);
  expect(lines).toEqual([
    { stage: 'draft', code: 'MODEL_BUSY', since: 1 },
    { stage: 'draft', code: 'MODEL_REFUSED', since: 1 },
    { stage: 'draft', code: 'MODEL_BUSY', since: 101 },
  ]);
});
