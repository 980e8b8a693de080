import { loadPlan } from '@millrace/pipeline/engine';
import { followPlans } from '../index.js';
import { aLog } from '../log.fixture.js';

const aPlan = (pipeline: string, output: string) =>
  loadPlan({ format: 1, pipeline, inputSchema: {}, steps: {}, output });

test('plans published before and after the start are known by their hash', async () => {
  const log = aLog();
  const [before, after] = [aPlan('a', '1'), aPlan('a', '2')];
  log.write(log.topics.plans, before.hash, before.plan);
  await using plans = await followPlans(log);
  log.write(log.topics.plans, after.hash, after.plan);
  expect(plans.get(before.hash)?.plan.output).toBe('1');
  expect(plans.get(after.hash)?.plan.output).toBe('2');
  expect(plans.get('unheard-of')).toBeUndefined();
});

test('the newest plan of a pipeline is the one published last, also when it was there before', async () => {
  const log = aLog();
  const [first, second] = [aPlan('a', '1'), aPlan('a', '2')];
  for (const { hash, plan } of [first, second, aPlan('b', '1')]) log.write(log.topics.plans, hash, plan);
  await using plans = await followPlans(log);
  expect(plans.newest('a')?.hash).toBe(second.hash);
  log.write(log.topics.plans, first.hash, first.plan);
  expect(plans.newest('a')?.hash).toBe(first.hash);
  expect(plans.newest('c')).toBeUndefined();
  expect([...plans.pipelines()].sort()).toEqual(['a', 'b']);
});

test('a plan that is on its way is waited for, one that never comes only as long as was said', async () => {
  const log = aLog();
  const plan = aPlan('a', '1');
  await using plans = await followPlans(log);
  const waiting = Promise.all([plans.wait(plan.hash, 60_000), plans.wait(plan.hash, 60_000)]);
  log.write(log.topics.plans, plan.hash, plan.plan);
  expect((await waiting).map((one) => one?.hash)).toEqual([plan.hash, plan.hash]);
  expect(await plans.wait('unheard-of', 1)).toBeUndefined();
});

test('who still waits when the service ends is told that there is nothing', async () => {
  const log = aLog();
  const plans = await followPlans(log);
  const waiting = plans.wait('unheard-of', 60_000);
  await plans[Symbol.asyncDispose]();
  expect(await waiting).toBeUndefined();
  expect(log.listeners()).toBe(0);
});

test('what is no plan, or not the one its key says, is left out and said', async () => {
  const log = aLog();
  const plan = aPlan('a', '1');
  log.write(log.topics.plans, 'broken', '{');
  log.write(log.topics.plans, 'wrong', plan.plan);
  log.write(log.topics.plans, 'incomplete', { pipeline: 'b' });
  log.write(log.topics.plans, 'deleted', null);
  await using plans = await followPlans(log);
  for (const hash of ['broken', 'wrong', 'incomplete', 'deleted']) expect(plans.get(hash)).toBeUndefined();
  expect(log.lines.map((line) => line['offset'])).toEqual([0, 1, 2, 3]);
});

test('a record that is not the plan its key names takes nobody’s place', async () => {
  const log = aLog();
  const plan = aPlan('a', '1');
  log.write(log.topics.plans, plan.hash, plan.plan);
  log.write(log.topics.plans, plan.hash, aPlan('a', '2').plan);
  await using plans = await followPlans(log);
  log.write(log.topics.plans, plan.hash, { pipeline: 'a' });
  log.write(log.topics.plans, plan.hash, 'no plan at all');
  expect(plans.newest('a')?.plan.output).toBe('1');
  expect(plans.get(plan.hash)?.plan.output).toBe('1');
  expect(log.lines.map((line) => line['offset'])).toEqual([1, 2, 3]);
});
