import { z } from 'zod';
import { fromTopic, gt, type PlanError, pipeline } from '../index.js';
import { awaitedBy, correlationOf, type FromTopicOptions, loadSource, mermaid, sourcesOf } from '../engine.js';

const Order = z.object({ id: z.string(), number: z.number().optional() });
const Payment = z.object({ order: z.string(), amount: z.number() });

const waiting = (more: Partial<FromTopicOptions<z.infer<typeof Payment>>> = {}) =>
  pipeline({ name: 'orders', input: Order }, ({ input, signal }) =>
    signal('paid', z.object({ amount: z.number() }), {
      from: fromTopic('payments', { value: Payment, key: ({ value }) => value.order, on: input.id, ...more }),
    }),
  );
const record = (value: unknown) => ({
  key: null,
  value,
  headers: {},
  topic: 'payments',
  partition: 0,
  offset: 0,
  timestamp: 0,
});

test('a record and a run meet where the one’s key is what the other waits for', () => {
  const { plan, loaded } = waiting({
    when: ({ value }) => gt(value.amount, 0),
    give: ({ value }) => ({ amount: value.amount }),
  });
  const step = loaded.step('paid');
  const awaited = awaitedBy(step, { input: { id: 'A-1' } })!;
  expect(awaited).toEqual({ topic: 'payments', key: 'A-1' });
  const [source] = sourcesOf(plan).map(loadSource);
  expect(source).toMatchObject({ topic: 'payments', keepMs: 24 * 3_600_000 });
  expect(source!.read(record({ order: 'A-1', amount: 3 }))).toEqual({
    key: correlationOf(step, awaited),
    payload: { amount: 3 },
  });
  expect(source!.read(record({ order: 'A-1', amount: 0 }))).toBeUndefined();
  expect(source!.read(record({ order: 'A-1' }))).toMatchObject({ code: 'CONDITION_FAILED' });
  expect(mermaid(plan)).toContain('{{"paid (signal from payments)"}}');
});

test('what has no key is nobody’s: neither a record nor a run', () => {
  const { plan, loaded } = waiting();
  expect(loadSource(sourcesOf(plan)[0]!).read(record({}))).toBeUndefined();
  expect(awaitedBy(loaded.step('paid'), { input: {} })).toBeUndefined();
});

test('steps that read records in the same way share a source, whatever else differs', () => {
  const idOf = (more: Parameters<typeof waiting>[0]) => loadSource(sourcesOf(waiting(more).plan)[0]!).id;
  expect(idOf({ keep: '2h' })).toBe(idOf({}));
  expect(idOf({ key: ({ value }) => value.amount })).not.toBe(idOf({}));
});

test('the sources of plans within a plan are its own', () => {
  const { plan } = pipeline(
    { name: 'all', input: z.object({ orders: z.array(Order) }) },
    ({ input, map, subPipeline }) => map('each', input.orders, (order) => subPipeline('one', waiting(), order)),
  );
  expect(sourcesOf(plan).map(({ topic }) => topic)).toEqual(['payments']);
});

test('a plan whose signal reads what no record has is refused', () => {
  const { plan } = waiting();
  const paid = { ...plan.steps['paid'], from: { ...sourcesOf(plan)[0]!, key: { $ref: ['input', 'id'] } } };
  expect(() => loadSource(paid.from)).toThrow(
    expect.objectContaining({ code: 'BAD_START' } satisfies Partial<PlanError>),
  );
});
