import { z } from 'zod';
import { cron, defineStage, gt, pipeline, type PlanError, topic } from '../index.js';
import { loadPlan } from '../engine.js';

const Order = z.object({ id: z.string(), total: z.number(), customer: z.string() });
const work = defineStage({ name: 'work', input: z.object({ id: z.string() }), output: z.object({ ok: z.boolean() }) });
const orders = pipeline(
  {
    name: 'orders',
    input: z.object({ id: z.string(), customer: z.string().optional() }),
    schedules: { nightly: cron('0 3 * * *', { zone: 'Europe/Berlin', input: (tick) => ({ id: tick.at }) }) },
    trigger: {
      large: topic('shop.orders', {
        value: Order,
        when: ({ value }) => gt(value.total, 100),
        input: ({ value }) => ({ id: value.id, customer: value.customer }),
      }),
      many: topic('shop.clicks', {
        batch: { max: 3, within: '5s', each: ({ key }) => ({ id: key }), input: (items) => ({ items }) },
      }),
      calm: topic('shop.edits', { debounce: { quiet: '2s', key: ({ key }) => key } }),
    },
    concurrency: { limit: 2, key: (input) => input.customer, whenFull: 'replace' },
  },
  ({ input, step }) => step('work', work, { id: input.id }),
);
const { starts } = loadPlan(orders.plan);
const record = (value: unknown) => ({
  key: 'k',
  value,
  headers: {},
  topic: 't',
  partition: 0,
  offset: 1,
  timestamp: 2,
});

describe('what begins runs', () => {
  test('is part of the plan, and read back from it', () => {
    expect(orders.plan.starts).toEqual({
      schedules: {
        nightly: { cron: '0 3 * * *', zone: 'Europe/Berlin', catchUp: 'last', input: { id: { $ref: ['tick', 'at'] } } },
      },
      triggers: {
        large: {
          topic: 'shop.orders',
          when: 'record.value.total > 100.0',
          from: 'end',
          input: { id: { $ref: ['record', 'value', 'id'] }, customer: { $ref: ['record', 'value', 'customer'] } },
        },
        many: {
          topic: 'shop.clicks',
          from: 'end',
          gather: { by: 'batch', max: 3, withinMs: 5_000 },
          each: { id: { $ref: ['record', 'key'] } },
          input: { items: { $ref: ['items'] } },
        },
        calm: {
          topic: 'shop.edits',
          from: 'end',
          gather: { by: 'debounce', quietMs: 2_000, key: { $ref: ['record', 'key'] } },
          input: { $ref: ['record', 'value'] },
        },
      },
      concurrency: { limit: 2, key: { $ref: ['input', 'customer'] }, whenFull: 'replace' },
    });
  });

  test('wants some records and makes inputs of them', () => {
    const [large, many, calm] = starts.triggers;
    expect([50, 150].map((total) => large!.wants(record({ total })))).toEqual([false, true]);
    expect(large!.wants(record('nonsense'))).toMatchObject({ code: 'CONDITION_FAILED' });
    expect(large!.inputOf({ record: record({ id: 'o1', total: 150, customer: 'ann' }) })).toEqual({
      id: 'o1',
      customer: 'ann',
    });
    expect(many!.inputOf({ items: [many!.itemOf(record(1))] })).toEqual({ items: [{ id: 'k' }] });
    expect(calm!.keyOf(record(1))).toBe('k');
  });

  test('has the key of a run from its input, and one for all where there is none', () => {
    expect(starts.concurrency!.keyOf({ id: '1', customer: 'ann' })).toBe('ann');
    const all = loadPlan({ ...orders.plan, starts: { concurrency: { limit: 1 } } }).starts.concurrency!;
    expect(all.keyOf({ customer: 'ann' })).toBe(all.keyOf({ customer: 'bob' }));
  });

  test('has the hold key of a run from its input, and none where the input has no value for it', () => {
    const held = pipeline(
      { name: 'held', input: Order.partial(), hold: (input) => input.customer },
      ({ input, step }) => step('work', work, { id: 'x' }, { when: gt(input.total, 1) }),
    );
    expect(held.plan.starts).toEqual({ hold: { $ref: ['input', 'customer'] } });
    const { holdOf } = loadPlan(held.plan).starts;
    expect([{ customer: 'ann' }, { customer: '' }, {}, { customer: null }].map(holdOf)).toEqual([
      'ann',
      '',
      undefined,
      undefined,
    ]);
    expect(starts.holdOf({ customer: 'ann' })).toBeUndefined();
  });

  test('does not change the plan of a pipeline that says nothing of it', () => {
    const plain = pipeline({ name: 'plain', input: z.object({ id: z.string() }) }, ({ input, step }) =>
      step('work', work, { id: input.id }),
    );
    expect(plain.plan).not.toHaveProperty('starts');
  });
});

test.each([
  ['a cron that cannot be read', { schedules: { nightly: { cron: '61 * * * *', input: {} } } }, 'nightly'],
  ['a time that never comes', { schedules: { never: { cron: '0 0 30 2 *', input: {} } } }, 'never comes'],
  [
    'a zone that does not exist',
    { schedules: { s: { cron: '0 3 * * *', zone: 'Mars/Olympus', input: {} } } },
    'Mars/Olympus',
  ],
  [
    'an input of something that is not there',
    { schedules: { s: { cron: '0 3 * * *', input: { $ref: ['record'] } } } },
    'reads "record"',
  ],
  ['a hold key of a step', { hold: { $ref: ['work', 'ok'] } }, 'the hold key reads "work"'],
  ['items where nothing is batched', { triggers: { t: { topic: 'x', input: { $ref: ['items'] } } } }, 'reads "items"'],
])('%s is refused with its name', (_, given, words) => {
  expect(() => loadPlan({ ...orders.plan, starts: given })).toThrow(words);
  try {
    loadPlan({ ...orders.plan, starts: given });
  } catch (error) {
    expect((error as PlanError).code).toBe('BAD_START');
  }
});
