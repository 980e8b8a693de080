import type { RunResult } from '@millrace/contracts';
import { Api, CLEAR } from './api.js';
import { type Installation, install } from './installation.js';
import { until } from './processes.js';
import { deployInTheMiddleOfAReview, markOf, versions } from './versions.js';

/** Records on somebody else's topic while the coordinator is killed. */
const RECORDS = 600;

let house: Installation;
let api: Api;
beforeAll(async () => {
  house = await install({ twice: ['route'] });
  api = new Api(house.gateway);
}, 240_000);
afterAll(() => house[Symbol.asyncDispose](), 60_000);

const crash = async () => {
  const coordinator = house.services.get('coordinator')!;
  await coordinator.kill9();
  await coordinator.ready();
};

/** A pipeline that gives what it is given. */
async function deploy(pipeline: string, starts: object): Promise<void> {
  const plan = { format: 1, pipeline, inputSchema: {}, steps: {}, output: { $ref: ['input'] }, starts };
  const answer = await api.post(`/v1/pipelines/${pipeline}/versions`, { plan });
  if (answer.status !== 201) throw new Error(`${pipeline} was not deployed: ${await answer.text()}`);
}

const outputs = async <T>(pipeline: string): Promise<readonly T[]> => {
  const results = (await house.read(house.topics.results)).map(({ value }) => JSON.parse(String(value)) as RunResult);
  return results.filter((result) => result.pipeline === pipeline).map(({ output }) => output as T);
};

describe('on Kafka, with the coordinator killed in the middle', () => {
  test('a run in the middle of a review when a version is deployed ends on its own, and new runs are on the new one', async () => {
    const { before, after, fresh } = await deployInTheMiddleOfAReview(api, { key: 'second', crash });
    expect([markOf(after), markOf(fresh)]).toEqual([undefined, 'second']);
    const [second, first] = await versions(api);
    expect([before, after, fresh]).toMatchObject([
      { plan: first!.plan },
      { plan: first!.plan },
      { plan: second!.plan },
    ]);
  }, 300_000);

  test(`each of ${RECORDS} records of another topic begins one run, alone or in a batch, and each time of a schedule one`, async () => {
    const orders = `${house.prefix}shop.orders`;
    await house.broker.ensureTopics([{ name: orders, partitions: 3 }]);
    await house.broker.publish([{ topic: orders, key: null, value: '{"n":-1}' }]);
    const begun = Date.now();
    await deploy('singles', {
      triggers: { orders: { topic: orders, when: 'record.value.n < 1000000.0', input: { $ref: ['record', 'value'] } } },
    });
    const gather = { by: 'batch', max: 20, withinMs: 1_000 };
    await deploy('batches', { triggers: { orders: { topic: orders, gather, input: { items: { $ref: ['items'] } } } } });
    await deploy('minutes', { schedules: { minutely: { cron: '* * * * *', input: { $ref: ['tick'] } } } });
    for (let from = 0; from < RECORDS; from += 100) {
      await house.broker.publish(
        Array.from({ length: 100 }, (_, i) => ({
          topic: orders,
          key: String(i),
          value: JSON.stringify({ n: from + i }),
        })),
      );
      if (from % 200 === 0) await crash();
    }
    const sorted = (all: readonly { n: number }[]) => all.map(({ n }) => n).sort((a, b) => a - b);
    const all = Array.from({ length: RECORDS }, (_, n) => n);
    const single = await until('every record is a run', async () => {
      const found = await outputs<{ n: number }>('singles');
      return found.length >= RECORDS && found;
    });
    expect(sorted(single)).toEqual(all);
    const batched = await until('every record is in a batch', async () => {
      const found = (await outputs<{ items: { n: number }[] }>('batches')).map(({ items }) => items);
      return found.flat().length >= RECORDS && found;
    });
    expect(sorted(batched.flat())).toEqual(all);
    expect(Math.max(...batched.map(({ length }) => length))).toBeLessThanOrEqual(20);
    const ticks = await until('a minute has come', async () => {
      const found = await outputs<{ at: string }>('minutes');
      return found.length > 0 && found.map(({ at }) => Date.parse(at));
    });
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(ticks.every((tick) => tick % 60_000 === 0 && tick > begun)).toBe(true);
  }, 600_000);

  test('at most two runs of a key are under way, and each gets its turn', async () => {
    const wait = { kind: 'signal', schema: {}, predecessors: [] };
    const plan = { format: 1, pipeline: 'few', inputSchema: {}, steps: { go: wait }, output: { $ref: ['go'] } };
    const starts = { concurrency: { limit: 2 } };
    expect((await api.post('/v1/pipelines/few/versions', { plan: { ...plan, starts } })).status).toBe(201);
    const ids = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const answer = await api.post('/v1/runs', { pipeline: 'few', input: {} });
        return ((await answer.json()) as { id: string }).id;
      }),
    );
    const done = new Set<string>();
    const statuses = async () =>
      new Map((await Promise.all(ids.map((id) => api.run(id)))).map(({ id, status }) => [id, status]));
    for (let turn = 0; done.size < ids.length; turn++) {
      const waiting = await until('the next ones have begun', async () => {
        const now = await statuses();
        const found = ids.filter((id) => now.get(id) === 'waiting');
        return found.length === Math.min(2, ids.length - done.size) && found;
      });
      if (turn === 1) await crash();
      for (const id of waiting) {
        await until(
          'the signal is taken',
          async () => (await api.post(`/v1/runs/${id}/signals/go`, { payload: 1 })).status === 202,
        );
        await api.settled(id, 'completed');
        done.add(id);
      }
    }
  }, 300_000);

  test('a rate that is set at run time is kept by all processes of a stage together, also when one of them is killed', async () => {
    const perSecond = 4;
    const set = await api.post('/v1/stages/route/limits', { perSecond, by: 'ann' });
    expect(set.status).toBe(200);
    const ids = await Promise.all(Array.from({ length: 32 }, (_, i) => api.start(CLEAR, `rate-${i}`)));
    const begun = async () => {
      const facts = (await Promise.all(ids.map((id) => api.history(id)))).flat() as {
        type: string;
        step?: string;
        startedAt: number;
      }[];
      return facts
        .filter(({ type, step }) => type === 'step.completed' && step === 'route')
        .map(({ startedAt }) => startedAt);
    };
    await until('some are through', async () => (await begun()).length >= 8);
    await house.services.get('route-1')!.kill9();
    await until('all are through', async () => (await begun()).length === ids.length);
    const times = (await begun()).sort((a, b) => a - b);
    // A second's worth; and the one with which each partition's new owner begins.
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBeLessThanOrEqual(2 * perSecond + 4);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(((ids.length - 8) / perSecond) * 1_000 * 0.7);
  }, 300_000);
});
