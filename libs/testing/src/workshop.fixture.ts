import { defineStage, eq, gte, not, orElse, pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { fake } from './index.js';

export const draft = defineStage({
  name: 'draft',
  input: z.object({ about: z.string(), tone: z.string().default('plain') }),
  output: z.object({ text: z.string() }),
  retry: { maxAttempts: 3, initialMs: 1_000, jitter: 0 },
});
export const comply = defineStage({
  name: 'comply',
  input: z.object({ text: z.string() }),
  output: z.object({ ok: z.boolean() }),
});
export const send = defineStage({
  name: 'send',
  input: z.object({ text: z.string() }),
  output: z.object({ sent: z.string() }),
});
export const Approval = z.object({ approved: z.boolean() });

/** Written and checked, approved by a person unless all is well, and sent an hour later. */
export const reply = pipeline(
  { name: 'reply', input: z.object({ about: z.string() }) },
  ({ input, step, review, sleep }) => {
    const drafted = step('draft', draft, { about: input.about });
    const verdict = step('comply', comply, { text: drafted.text });
    const decision = review('approve', Approval, {
      when: not(verdict.ok),
      show: { text: drafted.text },
      timeout: '3d',
    });
    const rested = sleep('coolOff', '1h', { after: [decision] });
    const sent = step('send', send, { text: drafted.text }, { after: [rested] });
    return { sent: sent.sent, approved: orElse(decision.approved, true) };
  },
);

export const drafting = fake(draft, ({ about }) => ({ text: `About ${about}.` }));
export const complying = (ok: boolean) => fake(comply, () => ({ ok }));
export const sending = fake(send, ({ text }, run) => ({ sent: `${run.idempotencyKey}: ${text}` }));

export const number = defineStage({
  name: 'number',
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
});
const sum = defineStage({
  name: 'sum',
  input: z.object({ of: z.array(z.object({ n: z.number() })) }),
  output: z.object({ sum: z.number() }),
});
const Numbers = z.object({ numbers: z.array(z.number()) });

export const doubled = pipeline({ name: 'doubled', input: Numbers }, ({ input, map, step }) =>
  step('sum', sum, { of: map('times2', input.numbers, (n) => step('one', number, { n })) }),
);
/** Every kind of step that has runs of its own. */
export const constructs = pipeline(
  { name: 'constructs', input: z.object({ numbers: z.array(z.number()), way: z.enum(['left', 'right']) }) },
  ({ input, map, loop, race, choose, subPipeline, step }) => {
    const twice = map('twice', input.numbers, (n) => step('again', number, { n: step('once', number, { n }).n }));
    const total = subPipeline('total', doubled, { numbers: input.numbers });
    const grown = loop('grow', number.output, { until: ({ n }) => gte(n, 10), max: 9, start: { n: 1 } }, ({ n }) =>
      step('more', number, { n }),
    );
    const first = race('first', {
      never: () => step('never', number, { n: -1 }, { retry: 1 }),
      soon: () => step('soon', number, { n: 1 }),
    });
    const way = choose('way', input.way, {
      left: () => step('left', number, { n: 3 }),
      right: () => step('right', number, { n: 4 }, { when: eq(input.way, 'right') }),
    });
    return { twice, total: total.sum, grown: grown.n, first: first.n, way: way.n };
  },
);

/** Doubles; of a negative number there is no double. */
export const numbers = [
  fake(number, ({ n }) => {
    if (n < 0) throw new Error('There is no double of it.');
    return { n: n * 2 };
  }),
  fake(sum, ({ of }) => ({ sum: of.reduce((total, { n }) => total + n, 0) })),
];
