import { defineStage, pipeline } from '@millrace/pipeline';
import { stage } from '@millrace/stage';
import { z } from 'zod';

const work = defineStage({ name: 'work', input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });
export const working = stage(work, ({ n }) => Promise.resolve({ n: n + 1 }));

export const short = pipeline(
  { name: 'short', input: z.object({ title: z.string(), n: z.number() }) },
  ({ input, step }) => step('work', work, { n: input.n }),
);

const LEVELS = 250;
const BESIDE = ['a', 'b', 'c', 'd'] as const;

/** A thousand steps: of each four, which stand side by side, one is waited for by the next four. */
export const long = pipeline({ name: 'long', input: z.object({ n: z.number() }) }, ({ input, step }) => {
  let last = step('step1a', work, { n: input.n });
  for (const beside of BESIDE.slice(1)) step(`step1${beside}`, work, { n: input.n });
  for (let level = 2; level <= LEVELS; level++) {
    const { n } = last;
    const [first] = BESIDE.map((beside) => step(`step${level}${beside}`, work, { n }));
    if (first) last = first;
  }
  return { n: last.n };
});

export const wide = pipeline(
  { name: 'wide', input: z.object({ numbers: z.array(z.number()) }) },
  ({ input, map, step }) => ({ all: map('each', input.numbers, (n) => step('work', work, { n })) }),
);
