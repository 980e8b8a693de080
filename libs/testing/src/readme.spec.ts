import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cron, defineStage, gt, not, pipeline, topic } from '@millrace/pipeline';
import { type Handles, type In, type Out, Stage } from '@millrace/stage';
import { z } from 'zod';
import { fake, stageTest, testEngine } from './index.js';

const draft = defineStage({
  name: 'draft',
  input: z.object({ question: z.string() }),
  output: z.object({ text: z.string() }),
});
const check = defineStage({
  name: 'check',
  input: z.object({ text: z.string() }),
  output: z.object({ ok: z.boolean() }),
});
abstract class Rules {
  abstract readonly forbidden: readonly string[];
}
@Stage(check)
class CheckStage implements Handles<typeof check> {
  constructor(private readonly rules: Rules) {}
  handle({ text }: In<typeof check>): Out<typeof check> {
    return { ok: !this.rules.forbidden.some((word) => text.includes(word)) };
  }
}
const answering = pipeline(
  { name: 'answering', input: z.object({ question: z.string() }) },
  ({ input, step, review }) => {
    const drafted = step('draft', draft, { question: input.question });
    const checked = step('check', check, { text: drafted.text });
    review('approve', z.object({ approved: z.boolean() }), {
      when: not(checked.ok),
      show: { text: drafted.text },
      timeout: '3d',
    });
    return { text: drafted.text };
  },
);
const reporting = pipeline(
  {
    name: 'reporting',
    input: z.object({ about: z.string() }),
    schedules: { daily: cron('0 8 * * *', { zone: 'Europe/Berlin', input: (tick) => ({ about: tick.at }) }) },
    trigger: topic('orders', {
      value: z.object({ id: z.string(), total: z.number() }),
      when: ({ value }) => gt(value.total, 100),
      input: ({ value }) => ({ about: value.id }),
    }),
  },
  ({ input }) => input,
);
const opened = () =>
  testEngine(answering, [
    fake(draft, ({ question }) => ({ text: `You asked: ${question}` })),
    { stage: CheckStage, providers: [{ provide: Rules, useValue: { forbidden: ['refund'] } }] },
  ]);

test('a run waits for its review and goes on with the answer', async () => {
  await using engine = await testEngine(answering, [
    fake(draft, ({ question }) => ({ text: `You asked: ${question}` })),
    { stage: CheckStage, providers: [{ provide: Rules, useValue: { forbidden: ['refund'] } }] },
  ]);
  const run = await engine.start({ question: 'Where is my refund?' });

  assert.deepEqual(run.waiting, ['approve']);
  assert.deepEqual(run.shown('approve'), { text: 'You asked: Where is my refund?' });
  await run.answer('approve', { approved: true }, { by: 'ann' });
  assert.equal(run.output?.text, 'You asked: Where is my refund?');
});

test('time passes when it is told to', async () => {
  await using engine = await opened();
  const run = await engine.start({ question: 'Where is my refund?' });
  await engine.clock.advance('3d');
  assert.equal(run.step('approve').failure?.code, 'SIGNAL_TIMED_OUT');
  assert.equal(run.status, 'dead-lettered');

  await run.redrive('approve');
  await run.answer('approve', { approved: false });
  assert.equal((await run.ended()).status, 'completed');
});

test('schedules and topics begin runs', async () => {
  await using engine = await testEngine(reporting, []);
  await engine.clock.advance('3d');
  assert.deepEqual(
    engine.runs.map(({ output }) => output),
    ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => ({ about: `${day}T07:00:00.000Z` })),
  );

  await engine.publish('orders', { id: 'small', total: 5 });
  await engine.publish('orders', { id: 'large', total: 500 });
  assert.deepEqual(engine.runs.at(-1)?.output, { about: 'large' });
});

test('faults come as they were asked for', async () => {
  await using engine = await opened();
  engine.throwTimes('draft', 2);
  engine.crashOnce('check', 'before-publish');
  const run = await (await engine.start({ question: 'How are you?' })).ended();

  assert.equal(run.step('draft').attempt, 3);
  assert.equal(engine.asked(check).length, 2);
  assert.equal(run.status, 'completed');
});

test('a history is text', async () => {
  await using engine = await opened();
  const run = await engine.start({ question: 'How are you?' });
  assert.equal(
    run.history,
    `run.accepted {"pipeline":"answering","input":{"question":"How are you?"}}
step.requested draft {"stage":"draft"}
step.completed draft {"output":{"text":"You asked: How are you?"},"next":["check"]}
step.completed check {"output":{"ok":true}}
step.skipped approve
run.completed {"output":{"text":"You asked: How are you?"}}`,
  );
});

test('one stage is tried alone', async () => {
  await using stage = await stageTest(check, {
    stage: CheckStage,
    providers: [{ provide: Rules, useValue: { forbidden: ['refund'] } }],
  });
  assert.deepEqual(await stage.ask({ text: 'No refund.' }), { is: 'completed', output: { ok: false } });
});

test('every example of the README is one of these', () => {
  const unindented = (text: string) => text.replace(/^ +/gm, '');
  const here = unindented(readFileSync(import.meta.filename, 'utf8'));
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/```ts fragment\n([^]*?)```/g)].map(([, example]) => unindented(example!));
  expect(examples.length).toBeGreaterThan(4);
  for (const example of examples) expect(here).toContain(example);
});
