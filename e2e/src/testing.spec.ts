import type { Fact } from '@millrace/contracts';
import type { Pipeline } from '@millrace/pipeline';
import { type TestEngine, testEngine } from '@millrace/testing';
import { asked, batches, BEGINS, drop, hourly, lasts, queue, replace, singles, TOPICS } from './constructs/begins.js';
import { type Act, Both } from './constructs/both.js';
import { families, orders, PAYMENTS, PIPELINES, squares, ways } from './constructs/pipelines.js';
import { STAGES } from './constructs/stages.js';
import { Workshop } from './constructs/workshop.js';

const HOUR = 3_600_000;

let workshop: Workshop;
beforeAll(async () => {
  // Five minutes past: no hour strikes by itself while tests run.
  const aheadMs = HOUR + 5 * 60_000 - (Date.now() % HOUR);
  workshop = await Workshop.open({ pipelines: [...PIPELINES, ...BEGINS], aheadMs });
});
afterAll(() => workshop[Symbol.asyncDispose]());

const numbers = Array.from({ length: 120 }, (_, i) => i);

/** Returns the facts of a run itself, in an order that does not depend on how parallel steps interleaved. */
const told = (facts: readonly Fact[]) =>
  facts.map((fact) => ('step' in fact ? `${fact.type} ${fact.step}` : fact.type)).sort();
const toldBy = (history: string) =>
  history
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .map((line) => line.replace(/ (?:\(attempt \d+\)|\{).*$/, ''))
    .sort();
/** Leaves out the lines that depend on timing: a branch of a race may fail before another has won or not. */
const butTheRace = (lines: readonly string[]) => lines.filter((line) => !/ first\b/.test(line));

test.each<[string, Pipeline, object]>([
  ['a map', squares, { numbers: [1, 2, 3] }],
  ['a map of many chunks', squares, { numbers }],
  ['runs within a run', families, { numbers: [1, 2] }],
  ['loop, switch and race', ways, { n: 7, way: 'up' }],
])('what a test’s engine says of %s is what happens on a log and a database', async (_, pipeline, input) => {
  await using engine = await testEngine(pipeline, STAGES);
  const tried = await (await engine.start(input as never)).ended();
  const id = await workshop.start(pipeline, input);
  const real = await workshop.ended(id);
  const { facts } = (await workshop.reader.run(id))!;
  expect(tried.status).toBe(real.status);
  expect(tried.output).toEqual(real.output);
  expect(butTheRace(toldBy(tried.history))).toEqual(butTheRace(told(facts)));
});

const edit = (name: keyof typeof TOPICS, key: string, n: number): Act => ({
  topic: TOPICS[name],
  key,
  value: { n, text: `${key}${n}` },
});
const three = ['1', '2', '3'].map((start): Act => ({ start, input: { customer: 'ann', n: start } }));
const go = (run: string): Act => ({ type: 'step.signalled', run, step: 'go', payload: true });

describe('step by step, what a test’s engine says', () => {
  test.each<[string, Pipeline, readonly Act[]]>([
    ['of a schedule', hourly, [{ advance: '3h' }, { advance: '1h' }]],
    [
      'of records that begin runs',
      singles,
      [edit('singles', 'a', 1), edit('singles', 'a', 2), edit('singles', 'b', 3)],
    ],
    [
      'of records in batches',
      batches,
      [...['a', 'b', 'a', 'a'].map((key, n) => edit('batches', key, n)), { advance: '1h' }],
    ],
    [
      'of records that follow each other closely',
      lasts,
      [...['a', 'b', 'a'].map((key, n) => edit('lasts', key, n)), { advance: '1h' }],
    ],
    ['of runs that wait for their turn', queue, [...three, go('1'), go('2'), go('3')]],
    ['of runs that are one too many', drop, [...three, go('1'), { start: '4', input: { customer: 'ann' } }]],
    ['of runs that take another’s place', replace, [...three, go('3')]],
    [
      'of a run that begins later and waits for its turn',
      queue,
      [
        { start: 'later', input: { customer: 'bob' }, after: '1h' },
        { start: 'now', input: { customer: 'bob' } },
        { advance: '1h' },
        go('now'),
      ],
    ],
    [
      'of a review',
      asked,
      [
        { start: '1', input: { by: 'ann' } },
        { run: '1', type: 'step.claimed', step: 'approve', by: 'bob' },
        { run: '1', type: 'step.signalled', step: 'approve', by: 'ann', payload: { ok: true } },
        { advance: '1d' },
        { run: '1', type: 'step.claimed', step: 'approve', by: 'carl' },
        { run: '1', type: 'step.unclaimed', step: 'approve' },
        { run: '1', type: 'step.signalled', step: 'approve', by: 'dora', payload: { ok: true } },
      ],
    ],
    [
      'of a review that nobody answers',
      asked,
      [{ start: '2', input: { by: 'ann' } }, { advance: '1d' }, { advance: '2d' }],
    ],
    [
      'of signals from a topic',
      orders,
      [
        { topic: PAYMENTS, value: { order: 'A', amount: 1 } },
        { start: '1', input: { order: 'A', n: 2 } },
        { start: '2', input: { order: 'A', n: 3 } },
        { topic: PAYMENTS, value: { order: 'B', amount: 2 } },
        { topic: PAYMENTS, value: { order: 'A', amount: 3 } },
      ],
    ],
  ])('%s is what happens on a log and a database', async (_, pipeline, script) => {
    await using engine = await testEngine(pipeline, STAGES);
    const both = await Both.open(pipeline, { engine: engine as TestEngine<unknown, unknown>, workshop });
    for (const act of script) {
      await both.perform(act);
      expect(await both.real()).toEqual(both.tried);
    }
  });
});
