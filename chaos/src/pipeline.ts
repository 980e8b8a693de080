import { defineStage, not, or, orElse, pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { MAX_ATTEMPTS } from './rules.js';

const Total = z.object({ total: z.number() });
/** Longer than Kafka, PostgreSQL and a slow machine need to be back: an attempt that is given up is then a fault of ours. */
const PATIENCE = '5m';

export const open = defineStage({
  name: 'open',
  timeout: PATIENCE,
  input: z.object({ item: z.string(), amount: z.int() }),
  output: z.object({ item: z.string(), amount: z.int() }),
});
export const weigh = defineStage({
  name: 'weigh',
  timeout: PATIENCE,
  input: z.object({ item: z.string() }),
  output: z.object({ weight: z.number() }),
});
export const price = defineStage({
  name: 'price',
  timeout: PATIENCE,
  input: z.object({ amount: z.int() }),
  output: z.object({ price: z.number() }),
});
export const quote = defineStage({
  name: 'quote',
  timeout: PATIENCE,
  input: z.object({ weight: z.number(), price: z.number() }),
  output: z.object({ total: z.number(), held: z.boolean(), insured: z.boolean() }),
});
/** Fails now and then. */
export const reserve = defineStage({
  name: 'reserve',
  timeout: PATIENCE,
  input: Total,
  output: Total,
  retry: { maxAttempts: MAX_ATTEMPTS, initialMs: 200, maxMs: 1_000 },
});
export const insure = defineStage({ name: 'insure', timeout: PATIENCE, input: Total, output: Total });
/** Calls a system outside, which must not charge twice. */
export const pay = defineStage({
  name: 'pay',
  timeout: PATIENCE,
  input: Total,
  output: z.object({ receipt: z.string() }),
});

/** The input of a run of `order`. */
export const OrderInput = z.object({ item: z.string(), amount: z.int() });

/** Seven stages: one after the other, two side by side, one on a condition, one that fails now and then, one that calls a system outside. */
export const order = pipeline({ name: 'order', input: OrderInput }, ({ input, step, review }) => {
  const opened = step('open', open, { item: input.item, amount: input.amount });
  const weighed = step('weigh', weigh, { item: opened.item });
  const priced = step('price', price, { amount: opened.amount });
  const quoted = step('quote', quote, { weight: weighed.weight, price: priced.price });
  const reserved = step('reserve', reserve, { total: quoted.total });
  const insured = step('insure', insure, { total: reserved.total }, { when: quoted.insured });
  const approval = review('approve', z.object({ approved: z.boolean() }), {
    when: quoted.held,
    after: [reserved],
    show: { total: quoted.total },
  });
  const total = orElse(insured.total, reserved.total);
  const paid = step('pay', pay, { total }, { when: or(not(quoted.held), approval.approved) });
  return { total, receipt: paid.receipt };
});
