import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testEngine } from '@millrace/testing';
import { greeting } from './greet.stage.js';
import { hello } from './hello.js';
import { Signatures, SignStage } from './sign.stage.js';

const stages = [greeting, { stage: SignStage, providers: [Signatures] }];

test('somebody is greeted, and the greeting is signed', async () => {
  await using engine = await testEngine(hello, stages);
  const run = await engine.start({ name: 'Ada' });
  assert.deepEqual(run.output, { text: 'Hello Ada! Yours, Millrace' });
});

test('nobody is not greeted: the step is parked, and the run goes on when it is redriven', async () => {
  await using engine = await testEngine(hello, stages);
  const run = await engine.start({ name: ' ' });
  assert.equal(run.status, 'dead-lettered');
  assert.equal(run.step('greet').failure?.code, 'NAME_EMPTY');
});

test('a stage whose process dies is asked again, and the run completes once', async () => {
  await using engine = await testEngine(hello, stages);
  engine.crashOnce('sign', 'before-publish');
  const run = await (await engine.start({ name: 'Ada' })).ended();
  assert.equal(run.status, 'completed');
});
