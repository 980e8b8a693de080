import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeRecord, randomId, RunEvent, type StepCommand } from '@millrace/contracts';
import { cron, defineStage, gt, type Pipeline, pipeline, topic } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Anything = z.looseObject({});
const work = defineStage({ name: 'work', input: Anything, output: z.object({ ok: z.boolean() }) });
const named = (options: Partial<Parameters<typeof pipeline<typeof Anything, unknown>>[0]>): Pipeline =>
  pipeline({ name: randomId('p').replaceAll('_', '-').slice(0, 20), input: Anything, ...options }, ({ input, step }) =>
    step('a', work, input),
  );

const dir = await mkdtemp(join(tmpdir(), 'millrace-starts-'));
const settings = { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir: dir };
const runtime = await openRuntime('coordinator', settings);
const store = await openStore({ databaseUrl: undefined, dataDir: dir });
let ahead = 0;
let running: Running | undefined;
/** Commands that the stage has in hand, by run; none is answered until a test says so, unless it answers at once. */
const inHand = new Map<string, () => void>();
let answersAtOnce = true;
const stage = runtime.broker
  .ensureTopics([
    { name: runtime.topics.stage('work'), partitions: 2 },
    ...['orders', 'clicks', 'edits', 'later'].map((name) => ({ name, partitions: 1 })),
  ])
  .then(() =>
    runtime.broker.consume(
      { topic: runtime.topics.stage('work'), group: 'work', concurrency: 1_000 },
      async ({ value }) => {
        const { run, step, attempt } = JSON.parse(value!.toString()) as StepCommand;
        if (!answersAtOnce) await new Promise<void>((resolve) => inHand.set(run, resolve));
        const at = Date.now();
        const event = RunEvent.parse({
          type: 'step.completed',
          run,
          step,
          attempt,
          at,
          startedAt: at,
          output: { ok: true },
        });
        return [{ topic: runtime.topics.runs, key: run, value: JSON.stringify(event), packed: true }];
      },
    ),
  );

async function begin(...pipelines: Pipeline[]): Promise<void> {
  running = await startCoordinator(runtime, { store, pipelines, now: () => Date.now() + ahead });
  await until(async () => (await running!.ready()) === true);
}
beforeAll(() => stage);
afterEach(async () => {
  await running?.drain(2_000);
  ahead = 0;
  answersAtOnce = true;
});
afterAll(async () => {
  await (await stage)[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const runsOf = async ({ name }: Pipeline) => {
  const { items } = await store.reader.runs({ pipeline: name, limit: 200 });
  return Promise.all([...items].reverse().map(async ({ id }) => (await store.reader.run(id))!));
};
const inputOf = (run: Awaited<ReturnType<typeof runsOf>>[number]) => (run.facts[0] as { input: unknown }).input;
/** As their inputs count them: some were taken on in the same millisecond. */
const inOrder = async (pipeline: Pipeline) =>
  (await runsOf(pipeline)).sort((a, b) => (inputOf(a) as { n: number }).n - (inputOf(b) as { n: number }).n);
/** The inputs of the pipeline's runs once there are so many that have ended. */
const inputs = (pipeline: Pipeline, count: number) =>
  until(async () => {
    const runs = await runsOf(pipeline);
    return runs.filter(({ status }) => status === 'completed').length === count && runs.map(inputOf);
  });
const publish = (name: string, ...values: unknown[]) =>
  runtime.broker.publish(
    values.map((value) => ({
      topic: name,
      key: 'k',
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  );
const ask = (pipeline: Pipeline, key: string, input: object, headers: object = {}) => {
  const record = intakeRecord(runtime.topics, { pipeline: pipeline.name, key, input, source: 'test', at: 1 });
  return runtime.broker.publish([{ ...record, headers: { ...record.headers, ...headers } }]);
};

/** Asks, and waits until it is the nth: partitions have no order among each other. */
async function asked(pipeline: Pipeline, nth: number, input: object): Promise<void> {
  await ask(pipeline, `nth${nth}`, input);
  await until(async () => (await runsOf(pipeline)).length === nth);
}

describe('a schedule', () => {
  const at = (tick: unknown) => ({ at: tick });
  test('begins one run for each of its times, whoever else looks, and after a restart for the last that was missed', async () => {
    const hourly = named({ schedules: { hourly: cron('0 * * * *', { input: (tick) => at(tick.at) }) } });
    await begin(hourly);
    const next = async () => (await store.reader.schedules({ pipeline: hourly.name }))[0]!.nextAt!;
    const first = await next();
    ahead = first - Date.now() + 1_000;
    expect(await inputs(hourly, 1)).toEqual([{ at: new Date(first).toISOString() }]);
    await running!.drain(2_000);
    ahead += 5 * 3_600_000;
    await begin(hourly);
    const last = first + 5 * 3_600_000;
    expect(await inputs(hourly, 2)).toEqual([first, last].map((time) => ({ at: new Date(time).toISOString() })));
    expect(await next()).toBe(last + 3_600_000);
  });

  test('whose run was asked for and not noted, because its coordinator died, begins no second one', async () => {
    const hourly = named({ schedules: { hourly: cron('0 * * * *', { input: (tick) => at(tick.at) }) } });
    await begin(hourly);
    const { nextAt } = (await store.reader.schedules({ pipeline: hourly.name }))[0]!;
    const time = new Date(nextAt!).toISOString();
    await runtime.broker.publish([
      intakeRecord(runtime.topics, {
        pipeline: hourly.name,
        key: `schedule/hourly/${time}`,
        input: { at: time },
        source: 'the dead one',
        at: 1,
      }),
    ]);
    await inputs(hourly, 1);
    ahead = nextAt! - Date.now() + 1_000;
    await until(async () => (await store.reader.schedules({ pipeline: hourly.name }))[0]!.nextAt! > nextAt!);
    await ask(hourly, 'a later one', {});
    expect(await inputs(hourly, 2)).toEqual([{ at: time }, {}]);
  });
});

test('a plan or a contract with a schema that cannot be used is refused when it is deployed, and holds up nobody', async () => {
  const good = named({});
  await begin(good);
  const request = (id: string, more: object) => ({
    type: 'pipeline.deploy-requested',
    id,
    at: 1,
    plan: good.plan,
    contracts: {},
    ...more,
  });
  const nonsense = { type: 'nonsense' };
  const bad = {
    input: { plan: { ...good.plan, inputSchema: nonsense } },
    contract: { contracts: { work: { input: {}, output: nonsense } } },
    trigger: { plan: { ...good.plan, starts: { triggers: { t: { topic: 'nowhere', input: {} } } } } },
  };
  const ids = Object.entries(bad).map(([name, more]) => ({ id: `${good.name}-${name}`, more }));
  const publishRequest = (id: string, more: object) =>
    runtime.broker.publish([
      { topic: runtime.topics.deployments, key: good.name, value: JSON.stringify(request(id, more)) },
    ]);
  for (const { id, more } of ids) await publishRequest(id, more);
  await publishRequest(`${good.name}-good`, {});
  await until(async () => (await store.reader.deployed.outcome(`${good.name}-good`))?.status === 'applied');
  const outcomes = await Promise.all(ids.map(({ id }) => store.reader.deployed.outcome(id)));
  expect(outcomes).toMatchObject([
    { status: 'refused', failure: { code: 'PLAN_REFUSED' } },
    { status: 'refused', failure: { code: 'PLAN_REFUSED' } },
    { status: 'refused', failure: { code: 'TRIGGER_TOPIC_MISSING' } },
  ]);
  await ask(good, 'after', {});
  await inputs(good, 1);
});

describe('somebody else’s topic', () => {
  test('begins a run for each record that is wanted from the deployment on, and parks what it cannot read', async () => {
    await publish('orders', { total: 500, id: 'before' });
    const orders = named({
      trigger: topic('orders', {
        value: z.object({ total: z.number(), id: z.string() }),
        when: ({ value }) => gt(value.total, 100),
        input: ({ value, key, offset }) => ({ id: value.id, key, offset }),
      }),
    });
    await begin(orders);
    await publish(
      'orders',
      { total: 50, id: 'small' },
      'not json',
      { total: 150, id: 'one' },
      { total: 250, id: 'two' },
    );
    const made = (await inputs(orders, 2)) as { offset: number }[];
    // Taken on in the same millisecond, perhaps, and from two partitions.
    expect(made.sort((a, b) => a.offset - b.offset)).toEqual([
      { id: 'one', key: 'k', offset: 3 },
      { id: 'two', key: 'k', offset: 4 },
    ]);
    const letters = await until(async () => {
      const { items } = await store.reader.deadLetters({ limit: 10 });
      return items.some(({ record }) => record?.topic === 'orders') && items;
    });
    expect(letters.find(({ record }) => record?.topic === 'orders')?.failure.code).toBe('INVALID_JSON');
  });

  test('makes one run of a batch: of enough records, or of those that came in time', async () => {
    const clicks = named({
      trigger: topic('clicks', {
        batch: { max: 3, within: '1h', each: ({ value }) => value, input: (items) => ({ items }) },
      }),
    });
    await begin(clicks);
    await publish('clicks', 1, 2, 3, 4, 5);
    expect(await inputs(clicks, 1)).toEqual([{ items: [1, 2, 3] }]);
    ahead = 3_600_001;
    expect(await inputs(clicks, 2)).toEqual([{ items: [1, 2, 3] }, { items: [4, 5] }]);
  });

  test('is gathered by several pipelines, each for itself, also where their triggers have one name', async () => {
    const trigger = topic('clicks', { batch: { max: 2, within: '1h', input: (items) => ({ items }) } });
    const [some, others] = [named({ trigger }), named({ trigger })];
    await begin(some, others);
    await publish('clicks', 1, 2, 3);
    for (const one of [some, others]) expect(await inputs(one, 1)).toEqual([{ items: [1, 2] }]);
    ahead = 3_600_001;
    for (const one of [some, others]) expect(await inputs(one, 2)).toEqual([{ items: [1, 2] }, { items: [3] }]);
  });

  test('makes one run of records that follow each other closely: of the last', async () => {
    const edits = named({ trigger: topic('edits', { debounce: { quiet: '1h', key: ({ key }) => key } }) });
    await begin(edits);
    await publish('edits', { text: 'a' }, { text: 'ab' });
    await until(async () => (await store.writer.position(runtime.groups.trigger(edits.name, 'edits'), 0))?.next === 2);
    ahead = 1_800_000;
    await publish('edits', { text: 'abc' });
    await until(async () => (await store.writer.position(runtime.groups.trigger(edits.name, 'edits'), 0))?.next === 3);
    ahead += 1_800_001;
    expect((await runsOf(edits)).length).toBe(0);
    ahead += 1_800_001;
    expect(await inputs(edits, 1)).toEqual([{ text: 'abc' }]);
  });

  test('that does not exist is told when the plan is deployed', async () => {
    await expect(begin(named({ trigger: topic('nowhere', {}) }))).rejects.toThrow('TRIGGER_TOPIC_MISSING');
    running = undefined;
  });
});

describe('at most one run for each key', () => {
  const begun = async (pipeline: Pipeline) => (await runsOf(pipeline)).filter(({ id }) => inHand.has(id)).map(inputOf);

  test('lets the others wait for their turn, in order, also over a restart', async () => {
    answersAtOnce = false;
    const orders = named({ concurrency: { limit: 1, key: (input) => input['customer'] as never } });
    await begin(orders);
    for (const [n, customer] of ['ann', 'ann', 'ann', 'bob'].entries()) await asked(orders, n + 1, { n, customer });
    await until(async () => (await begun(orders)).length === 2 && (await runsOf(orders)).length === 4);
    expect((await inOrder(orders)).map(({ status }) => status)).toEqual(['running', 'held', 'held', 'running']);
    await running!.drain(2_000);
    await begin(orders);
    const order: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      const [run] = await until(async () => {
        const active = (await runsOf(orders)).filter(
          ({ id, status, facts }) =>
            inHand.has(id) && status === 'running' && (facts[0] as { key: string }).key === 'ann',
        );
        return active.length > 0 && active;
      });
      order.push((inputOf(run!) as { n: number }).n);
      const answer = inHand.get(run!.id)!;
      inHand.delete(run!.id);
      answer();
      await until(async () => (await store.reader.run(run!.id))?.status === 'completed');
    }
    expect(order).toEqual([0, 1, 2]);
    for (const answer of inHand.values()) answer();
    inHand.clear();
  });

  test('goes on with the next where a run is over at once, because no stage has work in it', async () => {
    const copies = pipeline(
      {
        name: 'copies-at-once',
        input: Anything,
        concurrency: { limit: 1, key: (input) => input['customer'] as never },
      },
      ({ input }) => ({ all: input }),
    );
    await begin(copies);
    const customers = ['ann', 'ann', 'ann', 'bob', 'bob'];
    for (const [n, customer] of customers.entries()) await ask(copies, `at-once-${n}`, { n, customer });
    expect(await inputs(copies, customers.length)).toHaveLength(customers.length);
  });

  test('cancels one that is too many, or the one before it, as the pipeline says', async () => {
    answersAtOnce = false;
    const [drops, replaces] = (['drop', 'replace'] as const).map((whenFull) =>
      named({ concurrency: { limit: 1, whenFull } }),
    );
    await begin(drops!, replaces!);
    for (const one of [drops!, replaces!]) {
      for (const n of [1, 2]) await asked(one, n, { n });
    }
    const settled = (pipeline: Pipeline, ...statuses: string[]) =>
      until(async () => {
        const runs = await inOrder(pipeline);
        return runs.map(({ status }) => status).join() === statuses.join() && runs;
      });
    const dropped = await settled(drops!, 'running', 'cancelled');
    expect(dropped[1]!.facts.at(-1)).toMatchObject({
      type: 'run.cancelled',
      by: 'millrace',
      reason: 'dropped: 1 of its key are under way',
    });
    const replaced = await settled(replaces!, 'cancelled', 'running');
    expect(replaced[0]!.facts.at(-1)).toMatchObject({ reason: `replaced by ${replaced[1]!.id}` });
    for (const answer of inHand.values()) answer();
    inHand.clear();
  });
});

describe('a pipeline that is paused', () => {
  const stand = async (pipeline: Pipeline, type: 'pipeline.pause-requested' | 'pipeline.resume-requested') => {
    const id = randomId('dep');
    const value = JSON.stringify({ type, id, at: Date.now() + ahead, pipeline: pipeline.name, by: 'ann' });
    await runtime.broker.publish([{ topic: runtime.topics.deployments, key: pipeline.name, value }]);
    return until(async () => store.reader.deployed.outcome(id));
  };
  const statuses = async (pipeline: Pipeline) => (await inOrder(pipeline)).map(({ status }) => status);

  test('holds what is asked for, also over a restart and at its time, while others go on; each begins once when it goes on', async () => {
    const [stopped, other] = [named({}), named({})];
    await begin(stopped, other);
    expect(await stand(stopped, 'pipeline.pause-requested')).toMatchObject({ status: 'applied', unchanged: false });
    expect(await stand(stopped, 'pipeline.pause-requested')).toMatchObject({ status: 'applied', unchanged: true });
    await ask(stopped, 'later', { n: 0 }, { 'start-at': new Date(Date.now() + 3_600_000).toISOString() });
    for (const n of [1, 2, 3]) await ask(stopped, String(n), { n });
    await ask(stopped, '3', { n: 3 });
    await ask(other, 'now', { n: 1 });
    await inputs(other, 1);
    await until(async () => (await statuses(stopped)).length === 4);
    expect(await statuses(stopped)).toEqual(['held', 'held', 'held', 'held']);
    await running!.drain(2_000);
    ahead = 3_600_001;
    await begin(stopped, other);
    await ask(stopped, '4', { n: 4 });
    const types = async () => (await inOrder(stopped))[0]!.facts.map(({ type }) => type);
    await until(async () => (await types()).includes('run.queued'));
    await ask(other, 'then', { n: 2 });
    await inputs(other, 2);
    await until(async () => (await statuses(stopped)).length === 5);
    expect(await statuses(stopped)).toEqual(['held', 'held', 'held', 'held', 'held']);
    expect(await stand(stopped, 'pipeline.resume-requested')).toMatchObject({ status: 'applied', unchanged: false });
    const all = (await inputs(stopped, 5)) as { n: number }[];
    expect(all.map(({ n }) => n).sort()).toEqual([0, 1, 2, 3, 4]);
    await ask(stopped, '5', { n: 5 });
    await inputs(stopped, 6);
  });

  test('keeps the order of a key, and lets no more begin at a time than it may', async () => {
    answersAtOnce = false;
    const keyed = named({ concurrency: { limit: 1, key: (input) => input['customer'] as never } });
    await begin(keyed);
    await stand(keyed, 'pipeline.pause-requested');
    for (const n of [0, 1, 2]) await asked(keyed, n + 1, { n, customer: 'ann' });
    expect(await statuses(keyed)).toEqual(['held', 'held', 'held']);
    await stand(keyed, 'pipeline.resume-requested');
    for (const n of [0, 1, 2]) {
      const run = await until(async () => (await inOrder(keyed)).find(({ id }) => inHand.has(id)));
      expect([inputOf(run), (await statuses(keyed)).filter((status) => status === 'running').length]).toEqual([
        { n, customer: 'ann' },
        1,
      ]);
      const answer = inHand.get(run.id)!;
      inHand.delete(run.id);
      answer();
      await until(async () => (await store.reader.run(run.id))?.status === 'completed');
    }
  });

  test('lets no time of a schedule come, and then makes up for it as the schedule says', async () => {
    const schedules = { all: cron('0 * * * *', { catchUp: 'all', input: (tick) => ({ at: tick.at }) }) };
    const hourly = named({ schedules });
    const [beat] = [named({ schedules: { beat: cron('0 * * * *', { input: (tick) => ({ at: tick.at }) }) } })];
    await begin(hourly, beat!);
    await stand(hourly, 'pipeline.pause-requested');
    ahead = 2 * 3_600_000;
    await inputs(beat!, 1);
    expect(await runsOf(hourly)).toEqual([]);
    await stand(hourly, 'pipeline.resume-requested');
    await inputs(hourly, 2);
  });
});

test('a run that is to begin later begins then, also after a restart', async () => {
  const later = named({});
  await begin(later);
  await ask(later, 'later', { n: 1 }, { 'start-at': new Date(Date.now() + 3_600_000).toISOString() });
  await ask(later, 'nonsense', {}, { 'start-at': 'tomorrow' });
  await until(async () => (await runsOf(later))[0]?.status === 'held');
  await running!.drain(2_000);
  await begin(later);
  await ask(later, 'now', { n: 2 });
  await until(async () => (await runsOf(later)).filter(({ status }) => status === 'completed').length === 1);
  expect((await runsOf(later)).map(({ status }) => status).sort()).toEqual(['completed', 'held']);
  ahead = 3_600_001;
  await inputs(later, 2);
});

test('what was refused at a start is taken at the next, once what was missing is there', async () => {
  const missing = `missing-${randomId('t')}`;
  const pipeline = named({ trigger: topic(missing, {}) });
  await expect(begin(pipeline)).rejects.toThrow('TRIGGER_TOPIC_MISSING');
  await runtime.broker.ensureTopics([{ name: missing, partitions: 1 }]);
  await begin(pipeline);
  await publish(missing, { n: 1 });
  await inputs(pipeline, 1);
});
