import { cron, defineStage, fromTopic, gt, pipeline, topic } from '@millrace/pipeline';
import { z } from 'zod';
import { fake, type TestRun, testEngine } from './index.js';

const Anything = z.looseObject({});
const Order = z.object({ id: z.string(), total: z.number() });
type Options = Omit<Parameters<typeof pipeline<typeof Anything, unknown>>[0], 'name' | 'input'>;

/** Gives what it is given. */
const echo = (options: Options) => pipeline({ name: 'echo', input: Anything, ...options }, ({ input }) => input);
/** Gives what it is given, once it is told to. */
const waiting = (options: Options) =>
  pipeline({ name: 'waiting', input: Anything, ...options }, ({ input, signal }) => {
    const go = signal('go', z.boolean());
    return { input, go };
  });
const outputs = ({ runs }: { runs: readonly TestRun[] }) => runs.map(({ output }) => output);
const statuses = ({ runs }: { runs: readonly TestRun[] }) => runs.map(({ status }) => status);

describe('a schedule', () => {
  const daily = (catchUp: 'none' | 'last' | 'all') =>
    echo({
      schedules: { daily: cron('0 9 * * *', { zone: 'Europe/Berlin', catchUp, input: (tick) => ({ at: tick.at }) }) },
    });
  const days = (...all: number[]) => all.map((day) => ({ at: `2026-01-0${day}T08:00:00.000Z` }));

  test('begins a run at each of its times, in its zone', async () => {
    await using engine = await testEngine(daily('last'), []);
    await engine.clock.advance('7h');
    expect(engine.runs).toEqual([]);
    await engine.clock.advance('3d');
    expect(outputs(engine)).toEqual(days(1, 2, 3));
  });

  test.each([
    ['none', []],
    ['last', days(3)],
    ['all', days(1, 2, 3)],
  ] as const)('with catch-up %s, of what was missed begins what it says', async (catchUp, missed) => {
    await using engine = await testEngine(daily(catchUp), []);
    await engine.away('3d');
    expect(outputs(engine)).toEqual(missed);
    await engine.clock.advance('1d');
    expect(outputs(engine)).toEqual([...missed, ...days(4)]);
  });

  test('does not keep a run from being said to wait for ever', async () => {
    const { schedules } = daily('last').plan.starts!;
    await using engine = await testEngine(waiting({ schedules: schedules! }), []);
    const run = await engine.start({});
    await expect(run.ended()).rejects.toMatchObject({ code: 'NEVER_ENDS' });
  });
});

describe('somebody else’s topic', () => {
  test('begins a run for each record that is wanted; what cannot be read is told', async () => {
    const orders = echo({
      trigger: topic('orders', {
        value: Order,
        when: ({ value }) => gt(value.total, 100),
        input: ({ value, key }) => ({ id: value.id, key }),
      }),
    });
    await using engine = await testEngine(orders, []);
    await engine.publish('orders', { id: 'small', total: 50 });
    await engine.publish('orders', { id: 'large', total: 150 }, { key: 'k' });
    await engine.publish('orders', Buffer.from('not json'));
    await engine.publish('orders', { id: 'odd', total: 'much' });
    expect(outputs(engine)).toEqual([{ id: 'large', key: 'k' }]);
    expect(engine.deadRecords.map(({ failure, value }) => [failure.code, value])).toEqual([
      ['INVALID_JSON', 'not json'],
      ['CONDITION_FAILED', '{"id":"odd","total":"much"}'],
    ]);
  });

  test('whose record makes no input of the pipeline begins nothing, and is told', async () => {
    const orders = pipeline({ name: 'orders', input: Order, trigger: topic('orders', {}) }, ({ input }) => input);
    await using engine = await testEngine(orders, []);
    await engine.publish('orders', { id: 'a' });
    expect([engine.runs, engine.deadRecords.map(({ failure }) => failure.code)]).toEqual([[], ['INVALID_INPUT']]);
  });

  test('is batched: so many records, or those that came in time', async () => {
    const batch = { max: 3, within: '10m', input: (items: unknown) => ({ items }) } as const;
    await using engine = await testEngine(echo({ trigger: topic('clicks', { batch }) }), []);
    for (const n of [1, 2, 3, 4]) await engine.publish('clicks', n);
    expect(outputs(engine)).toEqual([{ items: [1, 2, 3] }]);
    await engine.clock.advance('9m');
    await engine.publish('clicks', 5);
    await engine.clock.advance('1m');
    expect(outputs(engine)).toEqual([{ items: [1, 2, 3] }, { items: [4, 5] }]);
  });

  test('is debounced: of records of a key that follow each other closely, the last', async () => {
    const trigger = topic('edits', { debounce: { quiet: '5m', within: '12m', key: ({ key }) => key } });
    await using engine = await testEngine(echo({ trigger }), []);
    for (const text of ['a', 'ab', 'abc']) {
      await engine.publish('edits', { text }, { key: 'one' });
      await engine.clock.advance('4m');
    }
    expect(outputs(engine)).toEqual([{ text: 'abc' }]);
    await engine.publish('edits', { text: 'x' }, { key: 'one' });
    await engine.publish('edits', { text: 'y' }, { key: 'other' });
    await engine.clock.advance('5m');
    expect(outputs(engine).slice(1)).toEqual([{ text: 'x' }, { text: 'y' }]);
  });

  test('that the pipeline does not listen to is a mistake of the test', async () => {
    await using engine = await testEngine(echo({ trigger: topic('orders', {}) }), []);
    const wrong = engine.publish('order', {});
    await expect(wrong).rejects.toMatchObject({
      code: 'NO_SUCH_TOPIC',
      message: expect.stringContaining('orders') as string,
    });
  });
});

describe('so many runs of a key', () => {
  const perKey = (whenFull: 'queue' | 'drop' | 'replace') =>
    waiting({ concurrency: { limit: 1, key: (input) => input['customer'] as never, whenFull } });
  const start = async (whenFull: 'queue' | 'drop' | 'replace') => {
    const engine = await testEngine(perKey(whenFull), []);
    for (const [n, customer] of ['ann', 'ann', 'bob', 'ann'].entries()) await engine.start({ n, customer });
    return engine;
  };

  test('wait for their turn, in order', async () => {
    await using engine = await start('queue');
    expect(statuses(engine)).toEqual(['waiting', 'held', 'waiting', 'held']);
    await engine.runs[0]!.answer('go', true);
    expect(statuses(engine)).toEqual(['completed', 'waiting', 'waiting', 'held']);
    await engine.runs[1]!.cancel();
    expect(statuses(engine)).toEqual(['completed', 'cancelled', 'waiting', 'waiting']);
  });

  test('are dropped when there is one too many, until there is a place again', async () => {
    await using engine = await start('drop');
    expect(statuses(engine)).toEqual(['waiting', 'cancelled', 'waiting', 'cancelled']);
    expect(engine.runs[1]!.history).toContain('dropped: 1 of its key \\"ann\\" are under way');
    await engine.runs[0]!.answer('go', true);
    expect((await engine.start({ customer: 'ann' })).status).toBe('waiting');
  });

  test('take the place of the one before', async () => {
    await using engine = await start('replace');
    expect(statuses(engine)).toEqual(['cancelled', 'cancelled', 'waiting', 'waiting']);
    expect(engine.runs[0]!.history).toContain('replaced by');
  });

  test('want their place when their time has come, where they are to begin later', async () => {
    await using engine = await testEngine(perKey('queue'), []);
    const later = await engine.start(
      { customer: 'ann' },
      { startAt: new Date(engine.clock.now.getTime() + 3_600_000) },
    );
    const now = await engine.start({ customer: 'ann' });
    await engine.clock.advance('1h');
    expect([later.status, now.status]).toEqual(['held', 'waiting']);
    await now.answer('go', true);
    expect([later.status, now.status]).toEqual(['waiting', 'completed']);
  });
});

describe('runs of a hold key', () => {
  const Order = z.object({ account: z.string().optional(), isBad: z.boolean().default(false) });
  const work = defineStage({ name: 'work', input: Order, output: z.object({}) });
  const accounts = (limit?: number) =>
    pipeline(
      {
        ...(limit !== undefined && { concurrency: { limit } }),
        name: 'accounts',
        input: Order,
        hold: (input) => input.account,
      },
      ({ input, step }) => step('work', work, input, { retry: 1 }),
    );
  const stages = (cured: { now: boolean }) => [
    fake(work, ({ isBad }) => {
      if (isBad && !cured.now) throw new Error('The bank is away.');
      return {};
    }),
  ];

  test('wait behind a parked one, and go on one after the other when it is redriven; others do not wait', async () => {
    const cured = { now: false };
    await using engine = await testEngine(accounts(), stages(cured));
    const first = await engine.start({ account: 'acme', isBad: true });
    for (const account of ['acme', 'acme', 'other', undefined])
      await engine.start({ isBad: false, ...(account !== undefined && { account }) });
    expect(statuses(engine)).toEqual(['dead-lettered', 'held', 'held', 'completed', 'completed']);
    cured.now = true;
    await first.redrive('work');
    expect(statuses(engine)).toEqual(['completed', 'completed', 'completed', 'completed', 'completed']);
  });

  test('wait on while one before them is parked in its turn, and go on when that one is cancelled', async () => {
    const cured = { now: false };
    await using engine = await testEngine(accounts(), stages(cured));
    const first = await engine.start({ account: 'acme', isBad: true });
    const second = await engine.start({ account: 'acme', isBad: true });
    await engine.start({ account: 'acme' });
    await first.cancel();
    expect(statuses(engine)).toEqual(['cancelled', 'dead-lettered', 'held']);
    expect((await engine.start({ account: 'acme' })).status).toBe('held');
    await second.cancel();
    expect(statuses(engine)).toEqual(['cancelled', 'cancelled', 'completed', 'completed']);
  });

  test('want their place in line when their time has come, and a concurrency slot after that', async () => {
    const cured = { now: false };
    await using engine = await testEngine(accounts(1), stages(cured));
    const later = { startAt: new Date(engine.clock.now.getTime() + 3_600_000) };
    const parked = await engine.start({ account: 'acme', isBad: true });
    await engine.start({ account: 'acme' }, later);
    await engine.start({ account: 'other' }, later);
    await engine.clock.advance('1h');
    expect(statuses(engine)).toEqual(['dead-lettered', 'held', 'held']);
    await parked.cancel();
    expect(statuses(engine)).toEqual(['cancelled', 'completed', 'completed']);
  });
});

describe('a signal from a topic', () => {
  const Payment = z.object({ order: z.string(), amount: z.number() });
  const paid = pipeline({ name: 'paid', input: z.object({ order: z.string() }) }, ({ input, signal }) =>
    signal('paid', z.object({ amount: z.number() }), {
      from: fromTopic('payments', {
        value: Payment,
        key: ({ value }) => value.order,
        on: input.order,
        give: ({ value }) => ({ amount: value.amount }),
        keep: '1d',
      }),
    }),
  );

  test('reaches the run that waits for its key, whichever of the two is first, and one alone', async () => {
    await using engine = await testEngine(paid, []);
    const [a, b] = [await engine.start({ order: 'a' }), await engine.start({ order: 'b' })];
    await engine.publish('payments', { order: 'b', amount: 2 });
    expect([a.status, b.output]).toEqual(['waiting', { amount: 2 }]);
    await engine.publish('payments', { order: 'a', amount: 1 });
    await engine.publish('payments', { order: 'a', amount: 3 });
    const again = await engine.start({ order: 'a' });
    expect([a.output, again.output]).toEqual([{ amount: 1 }, { amount: 3 }]);
  });

  test('that fits nobody’s step is refused there, and is not kept', async () => {
    await using engine = await testEngine(paid, []);
    const run = await engine.start({ order: 'a' });
    await engine.publish('payments', { order: 'a', amount: 'much' });
    expect([run.status, run.history]).toEqual(['waiting', expect.stringContaining('SIGNAL_INVALID')]);
    await engine.clock.advance('2d');
    expect(engine.deadRecords).toEqual([]);
  });

  test('that nobody waits for in its time is told', async () => {
    await using engine = await testEngine(paid, []);
    await engine.publish('payments', { order: 'a', amount: 1 });
    await engine.clock.advance('1d');
    expect(engine.deadRecords.map(({ failure, topic }) => [failure.code, topic])).toEqual([
      ['SIGNAL_UNWANTED', 'payments'],
    ]);
    expect((await engine.start({ order: 'a' })).status).toBe('waiting');
  });
});

describe('a review', () => {
  const approval = pipeline({ name: 'approval', input: z.object({ by: z.string() }) }, ({ input, review }) =>
    review('approve', z.object({ ok: z.boolean() }), {
      assignee: input.by,
      escalate: { after: '1d', group: 'board' },
      timeout: '3d',
      onFailure: { default: { ok: false } },
    }),
  );

  test('that somebody has claimed is answered by nobody else, until it is given back', async () => {
    await using engine = await testEngine(approval, []);
    const run = await engine.start({ by: 'ann' });
    await run.claim('approve', { by: 'bob' });
    expect(run.review('approve')).toEqual({ assignee: 'ann', group: undefined, claimedBy: 'bob' });
    await expect(run.claim('approve', { by: 'ann' })).rejects.toMatchObject({ code: 'CLAIMED' });
    const others = run.answer('approve', { ok: true }, { by: 'ann' });
    await expect(others).rejects.toMatchObject({ code: 'ANSWER_REFUSED' });
    await run.unclaim('approve');
    await run.answer('approve', { ok: true }, { by: 'ann' });
    expect(run.output).toEqual({ ok: true });
    await expect(run.claim('approve', { by: 'ann' })).rejects.toMatchObject({ code: 'NOT_WAITING' });
  });

  test('goes to others after a time, and then gets its default', async () => {
    await using engine = await testEngine(approval, []);
    const run = await engine.start({ by: 'ann' });
    await run.claim('approve', { by: 'ann' });
    await engine.clock.advance('1d');
    expect(run.review('approve')).toEqual({ assignee: undefined, group: 'board', claimedBy: undefined });
    await engine.clock.advance('2d');
    expect(run.output).toEqual({ ok: false });
  });
});
