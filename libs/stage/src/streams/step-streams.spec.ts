import { StepText, stepWatchRecord, STREAM_MOST } from '@millrace/contracts';
import { z } from 'zod';
import { aCommand, aRuntime, later, RUN, type TestRuntime } from '../runtime.fixture.js';
import { defineStage, stage, startStage, type StageRun } from '../index.js';
import { TextStream } from './text-stream.js';

const write = defineStage({ name: 'write', input: z.object({}), output: z.object({}) });

const watch = (runtime: TestRuntime, step: string) =>
  runtime.broker.publish([stepWatchRecord(runtime.topics, { run: RUN, step, forMs: 10_000 })]);
const shown = (runtime: TestRuntime) =>
  runtime.records(runtime.topics.stepTexts).map(({ value }) => StepText.parse(JSON.parse(String(value))));

test('what a step writes is sent while somebody watches, from its beginning, and not before; it is in no event', async () => {
  await using runtime = await aRuntime();
  const [running, watched, over] = [later<StageRun>(), later<void>(), later<void>()];
  const writing = stage(write, async (_, run) => {
    run.stream('Dear ');
    running.resolve(run);
    await watched.promise;
    run.stream('Ann');
    await over.promise;
    run.stream(', 👋');
    return {};
  });
  const stages = await startStage(runtime, writing);
  await runtime.ask('write', { step: 'only', attempt: 3, ownAttempt: 2 });
  await running.promise;
  expect(shown(runtime)).toEqual([]);
  await watch(runtime, 'another');
  await watch(runtime, 'only');
  const [first] = await runtime.until(runtime.topics.stepTexts, 1);
  expect(JSON.parse(String(first!.value))).toMatchObject({ attempt: 3, ownAttempt: 2, position: 0, text: 'Dear ' });
  watched.resolve();
  await runtime.until(runtime.topics.stepTexts, 2);
  over.resolve();
  await runtime.until(runtime.topics.stepTexts, 3);
  expect(shown(runtime).map(({ position, text, end }) => [position, text, end])).toEqual([
    [0, 'Dear ', undefined],
    [5, 'Ann', undefined],
    [8, ', 👋', true],
  ]);
  const [event] = await runtime.events(1);
  expect(event).toMatchObject({ type: 'step.completed' });
  expect(JSON.stringify(event)).not.toContain('Dear');
  await stages.drain(1_000);
});

test('a text is bounded, and its parts are texts of their own', () => {
  const parts: StepText[] = [];
  const command = aCommand();
  const stream = new TextStream({ command, startedAt: 1, publish: (part) => void parts.push(StepText.parse(part)) });
  stream.watch({ run: RUN, step: 'only', forMs: 10_000 });
  stream.append('👋'.repeat(STREAM_MOST));
  stream.append('more\0');
  stream.end();
  expect(parts.length).toBeGreaterThan(10);
  expect(parts.map(({ text }) => text).join('')).toBe('👋'.repeat(STREAM_MOST / 2));
  expect(parts.at(-1)!.end).toBe(true);
});

test('half a character at the end of a text is shown as a mark, and the text ends', () => {
  const parts: StepText[] = [];
  const stream = new TextStream({ command: aCommand(), startedAt: 1, publish: (part) => void parts.push(part) });
  stream.watch({ run: RUN, step: 'only', forMs: 10_000 });
  stream.append('a\ud83d');
  stream.end();
  expect(parts).toMatchObject([{ text: 'a\ufffd', end: true }]);
});

test('a text that nobody watches is sent nowhere, also at its end', () => {
  const parts: StepText[] = [];
  const stream = new TextStream({ command: aCommand(), startedAt: 1, publish: (part) => void parts.push(part) });
  stream.append('Dear Ann');
  stream.end();
  expect(parts).toEqual([]);
});
