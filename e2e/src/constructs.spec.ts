import { pipeline } from '@millrace/pipeline';
import { hashOf } from '@millrace/pipeline/engine';
import { parsePipeline, pipelineYaml } from '@millrace/pipeline/yaml';
import { z } from 'zod';
import { sumOfPowers, upTo } from './constructs/numbers.js';
import { families, hasty, hurried, orders, PAYMENTS, PIPELINES, squares, ways } from './constructs/pipelines.js';
import { Workshop } from './constructs/workshop.js';
import { until } from './processes.js';

const HOUR = 3_600_000;

const approvals = pipeline({ name: 'slow-approvals', input: z.object({ by: z.string() }) }, ({ input, review }) =>
  review('approve', z.object({ ok: z.boolean() }), {
    assignee: input.by,
    escalate: { after: '1h', group: 'board' },
    timeout: '2h',
    onFailure: { default: { ok: false } },
  }),
);

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open({ pipelines: [...PIPELINES, approvals] });
});
afterAll(() => workshop[Symbol.asyncDispose]());

test.each([0, 1, 100, 101, 1_234])('a map of %i items gives its list, in order', async (count) => {
  const run = await workshop.ended(await workshop.start(squares, { numbers: upTo(count) }));
  expect(run.status).toBe('completed');
  expect(run.output).toEqual({ count, total: sumOfPowers(count, 2) });
});

test('a map over a pipeline, and a pipeline as a step, are runs of their own', async () => {
  const id = await workshop.start(families, { numbers: upTo(120) });
  const run = await workshop.ended(id);
  expect(run.output).toEqual({
    fourth: { count: 120, total: sumOfPowers(120, 4) },
    total: { count: 120, total: sumOfPowers(120, 2) },
  });
  const children = await workshop.reader.runs({ limit: 10, parent: id });
  expect(children.items.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  expect((await workshop.reader.runs({ limit: 200 })).items.map(({ parent }) => parent)).not.toContain(id);
});

test.each([
  ['up', 65_536 ** 2],
  ['down', 0],
  ['round', 1],
])(
  'a loop goes round until its condition holds, a switch goes %s, a race takes the first to come',
  async (way, square) => {
    const run = await workshop.ended(await workshop.start(ways, { n: 7, way }));
    expect(run.output).toEqual({ large: 65_536, way: square, first: 49 });
  },
);

const pay = (order: string, amount: number, topic = PAYMENTS) =>
  workshop.broker.publish([{ topic, key: null, value: JSON.stringify({ order, amount }) }]);
const waits = (id: string) => until(`${id} waits`, async () => (await workshop.run(id))?.status === 'waiting');

test('a signal from a topic reaches the run that waits for its key, and that one alone', async () => {
  const [first, second] = [
    await workshop.start(orders, { order: 'A-1', n: 2 }),
    await workshop.start(orders, { order: 'A-2', n: 3 }),
  ];
  await waits(first);
  await waits(second);
  await pay('A-2', 20);
  expect((await workshop.ended(second)).output).toEqual({ order: 'A-2', square: 9, amount: 20 });
  expect((await workshop.run(first))!.status).toBe('waiting');
  await pay('A-1', 10);
  expect((await workshop.ended(first)).output).toEqual({ order: 'A-1', square: 4, amount: 10 });
});

test('signals that come before anybody waits are kept, and each goes to one run', async () => {
  await pay('B-1', 1);
  await pay('B-1', 2);
  const first = await workshop.ended(await workshop.start(orders, { order: 'B-1', n: 1 }));
  const second = await workshop.ended(await workshop.start(orders, { order: 'B-1', n: 1 }));
  const amounts = [first, second].map(({ output }) => (output as { amount: number }).amount);
  expect(amounts.sort()).toEqual([1, 2]);
});

test('a signal that nobody waits for in its time ends among the dead letters, as it came', async () => {
  await pay('C-1', 1, `${PAYMENTS}.hasty`);
  const letter = await until('it is a dead letter', async () => {
    const { items } = await workshop.reader.deadLetters({ limit: 50 });
    return items.find(({ failure }) => failure.code === 'SIGNAL_UNWANTED');
  });
  expect(Buffer.from(letter.record!.value!, 'base64').toString()).toBe('{"order":"C-1","amount":1}');
  const id = await workshop.start(hasty, { order: 'C-1' });
  await waits(id);
  await pay('C-1', 2, `${PAYMENTS}.hasty`);
  expect((await workshop.ended(id)).output).toEqual({ order: 'C-1', amount: 2 });
});

test('a review that nobody answers goes to others, then gets its default', async () => {
  const id = await workshop.start(approvals, { by: 'ann' });
  await waits(id);
  workshop.advance(HOUR);
  const escalated = async () => (await workshop.facts(id)).flat().some(({ type }) => type === 'step.escalated');
  await until('it is with others', escalated);
  workshop.advance(HOUR);
  expect((await workshop.ended(id)).output).toEqual({ ok: false });
  const { facts } = (await workshop.reader.run(id))!;
  const types = facts.map(({ type }) => type);
  expect(types).toEqual(['run.accepted', 'step.waiting', 'step.escalated', 'step.defaulted', 'run.completed']);
});

test('a run has failed at its deadline, and its child runs end with it', async () => {
  const id = await workshop.start(hurried, { n: 1 });
  expect((await workshop.ended(id)).status).toBe('failed');
  const child = await until('its child run ends', async () => {
    const { items } = await workshop.reader.runs({ limit: 5, parent: id });
    return items.find(({ endedAt }) => endedAt !== undefined);
  });
  expect(child.status).toBe('cancelled');
  expect((await workshop.reader.reviews({ limit: 50, pipeline: 'forever' })).items).toEqual([]);
});

test.each(PIPELINES.map(({ name, plan }) => [name, plan] as const))(
  'the pipeline %s is the same plan when it is written as YAML and read again',
  (name, plan) => expect(hashOf(parsePipeline(pipelineYaml(plan), { file: `${name}.yaml` }))).toBe(hashOf(plan)),
);
