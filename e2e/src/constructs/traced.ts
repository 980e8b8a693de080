import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { square, sum } from './pipelines.js';

const Asked = z.object({ numbers: z.array(z.number()), parks: z.boolean(), asks: z.boolean() });

const inner = pipeline({ name: 'traced-inner', input: z.object({ n: z.number() }) }, ({ input, step }) =>
  step('alone', square, { n: input.n }),
);

/** A map, a step that is tried again, a wait, a step that is parked once, a pipeline as a step, and a review. */
export const traced = pipeline({ name: 'traced', input: Asked }, ({ input, map, step, sleep, review, subPipeline }) => {
  const squared = map('each', input.numbers, (n) => step('square', square, { n }));
  const again = step('again', square, { n: 2, trouble: 'once' });
  const rested = sleep('rest', '50ms', { after: [again] });
  const parked = step('parked', square, { n: 3, trouble: 'once' }, { retry: 1, when: input.parks, after: [rested] });
  const small = subPipeline('small', inner, { n: 4 }, { after: [again] });
  const approved = review('approve', z.object({ yes: z.boolean() }), { when: input.asks, after: [parked, small] });
  return step('total', sum, { of: squared }, { after: [parked, approved] });
});
