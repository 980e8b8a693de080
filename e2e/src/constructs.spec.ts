import { families, squares, ways } from './constructs/pipelines.js';
import { Workshop } from './constructs/workshop.js';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sumOfPowers = (count: number, power: number) => upTo(count).reduce((sum, n) => sum + n ** power, 0);

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
