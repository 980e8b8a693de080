import { defineStage, gt, gte, pipeline } from '@millrace/pipeline';
import { z } from 'zod';

const Numbers = z.object({ numbers: z.array(z.number()) });

/** Its square. `trouble`: how its first attempt goes, or all of them. */
export const square = defineStage({
  name: 'square',
  input: z.object({ n: z.number(), trouble: z.enum(['none', 'once', 'always']).default('none') }),
  output: z.object({ n: z.number(), square: z.number() }),
  retry: { maxAttempts: 3, initialMs: 20 },
});
export const sum = defineStage({
  name: 'sum',
  input: z.object({ of: z.array(z.object({ square: z.number() })) }),
  output: z.object({ count: z.number(), total: z.number() }),
});

/** A map over one stage. */
export const squares = pipeline({ name: 'squares', input: Numbers }, ({ input, map, step }) => {
  const squared = map('square', input.numbers, (n) => step('square', square, { n }), { concurrency: 200 });
  return step('sum', sum, { of: squared });
});

/** A map over a pipeline of two stages, and another pipeline as a step. */
export const families = pipeline({ name: 'families', input: Numbers }, ({ input, map, step, subPipeline }) => {
  const fourth = map('fourth', input.numbers, (n) => {
    const once = step('once', square, { n });
    return step('twice', square, { n: once.square });
  });
  const total = subPipeline('total', squares, { numbers: input.numbers });
  return { fourth: step('sum', sum, { of: fourth }), total };
});

const Start = z.object({ n: z.number(), way: z.enum(['up', 'down', 'round']) });

/** Squares again and again until the number is large; then one of two ways; and the first of two to come through. */
export const ways = pipeline({ name: 'ways', input: Start }, ({ input, loop, choose, race, step }) => {
  const large = loop(
    'grow',
    z.object({ n: z.number(), square: z.number() }),
    { until: (round) => gt(round.square, 1_000), max: 10, start: { n: 0, square: 2 } },
    (previous) => step('square', square, { n: previous.square }),
  );
  const way = choose(
    'way',
    input.way,
    { up: () => step('up', square, { n: large.square }), down: () => ({ n: large.n, square: 0 }) },
    () => step('around', square, { n: 1 }, { when: gte(input.n, 0) }),
  );
  const first = race('first', {
    fails: () => step('never', square, { n: 1, trouble: 'always' }, { retry: 1 }),
    comes: () => step('soon', square, { n: input.n }),
  });
  return { large: large.square, way: way.square, first: first.square };
});

export const PIPELINES = [squares, families, ways];
