import type { Fact } from '@millrace/contracts';
import type { Pipeline } from '@millrace/pipeline';
import { testEngine } from '@millrace/testing';
import { families, squares, ways } from './constructs/pipelines.js';
import { STAGES } from './constructs/stages.js';
import { Workshop } from './constructs/workshop.js';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const numbers = Array.from({ length: 120 }, (_, i) => i);

/** What happened to a run itself, whatever the order in which things side by side came. */
const told = (facts: readonly Fact[]) =>
  facts.map((fact) => ('step' in fact ? `${fact.type} ${fact.step}` : fact.type)).sort();
const toldBy = (history: string) =>
  history
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .map((line) => line.replace(/ (?:\(attempt \d+\)|\{).*$/, ''))
    .sort();
/** Whether a branch of a race fails before another has won is a matter of time. */
const butTheRace = (lines: readonly string[]) => lines.filter((line) => !/ first\b/.test(line));

test.each<[string, Pipeline, object]>([
  ['a map', squares, { numbers: [1, 2, 3] }],
  ['a map of many pages', squares, { numbers }],
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
