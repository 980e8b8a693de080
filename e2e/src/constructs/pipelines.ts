import { defineStage, fromTopic, gt, gte, pipeline, type Ref } from '@millrace/pipeline';
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

export const PAYMENTS = 'constructs.payments';
const Payment = z.object({ order: z.string(), amount: z.number() });

/** Waits for the payment of its order, which comes on somebody else's topic. */
export const orders = pipeline({ name: 'orders', input: z.object({ order: z.string(), n: z.number() }) }, (define) => {
  const { input, step, signal } = define;
  const squared = step('square', square, { n: input.n });
  const paid = signal('paid', z.object({ amount: z.number() }), {
    from: fromTopic(PAYMENTS, {
      value: Payment,
      key: ({ value }) => value.order,
      on: input.order,
      give: ({ value }) => ({ amount: value.amount }),
      keep: '1h',
    }),
    after: [squared],
  });
  return { order: input.order, square: squared.square, amount: paid.amount };
});

/** The same, of records that nobody keeps for long. */
export const hasty = pipeline({ name: 'hasty', input: z.object({ order: z.string() }) }, ({ input, signal }) =>
  signal('paid', Payment, {
    from: fromTopic(`${PAYMENTS}.hasty`, {
      value: Payment,
      key: ({ value }) => value.order,
      on: input.order,
      keep: '1s',
    }),
  }),
);

/** Nobody answers: it goes to others, and gets its default. */
export const approvals = pipeline({ name: 'approvals', input: z.object({ by: z.string() }) }, ({ input, review }) =>
  review('approve', z.object({ ok: z.boolean() }), {
    assignee: input.by,
    escalate: { after: '100ms', group: 'board' },
    timeout: '300ms',
    onFailure: { default: { ok: false } },
  }),
);

const approvalsForever = pipeline(
  { name: 'forever', input: z.object({ by: z.string(), n: z.number() }) },
  ({ input, review }) => review('approve', z.object({ ok: z.boolean() }), { assignee: input.by }),
);

/** Nobody answers, and its time is short. */
export const hurried = pipeline(
  { name: 'hurried', input: z.object({ n: z.number() }), deadline: '300ms' },
  ({ subPipeline, input }) => subPipeline('asked', approvalsForever, { by: 'ann', n: input.n }),
);

const Ticket = z.object({ ticket: z.string() });
export const book = defineStage({ name: 'book', input: z.object({ what: z.string() }), output: Ticket });
/** Undoes it, not at the first attempt. */
export const unbook = defineStage({
  name: 'unbook',
  input: Ticket,
  output: z.object({}),
  retry: { maxAttempts: 3, initialMs: 20 },
});
export const undo = { stage: unbook, input: ({ ticket }: { ticket: Ref<string> }) => ({ ticket }) };

const Desk = z.object({ floor: z.number() });
const desk = pipeline({ name: 'desk', input: Desk }, ({ input, step }) => {
  const key = step('key', book, { what: 'key' }, { compensate: undo });
  return step('desk', book, { what: key.ticket }, { compensate: undo, after: [input.floor] });
});

/** Nobody answers the first, who is busy, and the second, whose line is dead. */
export const call = defineStage({
  name: 'call',
  input: z.object({ who: z.string(), because: z.string(), line: z.string().optional() }),
  output: z.object({ line: z.string() }),
  retry: { maxAttempts: 3, initialMs: 20 },
});

const Booking = z.object({ chairs: z.array(z.string()), trouble: z.enum(['none', 'always']) });

/** Bookings that are undone, the last first, when the last step fails: its own, those of a map's items, and those of another pipeline. */
export const bookings = pipeline(
  { name: 'bookings', input: Booking, onFailure: 'fail' },
  ({ input, map, onFailure, step, subPipeline }) => {
    const called = step(
      'call',
      call,
      { who: 'first', because: 'it is booked' },
      {
        retry: { maxAttempts: 1, maxTotal: '10m', cases: [{ on: ['LINE_BUSY'], maxAttempts: 3, initialMs: 20 }] },
        fallback: [
          { stage: call, input: { who: 'nobody', because: 'it is not for this' }, on: ['LINE_DEAD'] },
          { stage: call, input: ({ code }) => ({ who: 'second', because: code }), on: ['LINE_BUSY'] },
          { stage: call, input: ({ code }) => ({ who: 'third', because: code }) },
        ],
      },
    );
    onFailure(call, ({ code }, known) => ({ who: 'owner', because: code, line: known(called).line }));
    const room = step('room', book, { what: 'room' }, { compensate: undo });
    const chairs = map(
      'chairs',
      input.chairs,
      (chair) => step('chair', book, { what: chair }, { compensate: undo }),
      {},
    );
    const place = subPipeline('place', desk, { floor: 3 }, { after: [chairs, room] });
    return step('confirm', square, { n: 7, trouble: input.trouble }, { retry: 1, after: [place, called] });
  },
);

/** A step that is late where its stage does not begin it at once. */
export const eager = pipeline({ name: 'eager', input: z.object({ n: z.number() }) }, ({ input, step }) =>
  step('square', square, { n: input.n }, { startTimeout: '200ms', timeout: '200ms', retry: 1 }),
);

export const PIPELINES = [eager, squares, families, ways, orders, hasty, approvals, hurried, bookings];
