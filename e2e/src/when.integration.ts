import type { RunResult } from '@millrace/contracts';
import { Api, CLEAR } from './api.js';
import { type Installation, install } from './installation.js';
import { until } from './processes.js';
import { deployInTheMiddleOfAReview, markOf, versions } from './versions.js';

/** Records on somebody else's topic while the coordinator is killed. */
const RECORDS = 600;

let installation: Installation;
let api: Api;
beforeAll(async () => {
  installation = await install({ twice: ['route'] });
  api = new Api(installation.gateway);
}, 240_000);
afterAll(() => installation[Symbol.asyncDispose](), 60_000);

const crash = async () => {
  const coordinator = installation.services.get('coordinator')!;
  await coordinator.kill9();
  await coordinator.ready();
};

const GO = { go: { kind: 'signal', schema: {}, predecessors: [] } };

/** A pipeline that gives what it is given, once it has waited for `go` where it is to. */
async function deploy(pipeline: string, starts: object, steps: object = {}): Promise<void> {
  const plan = { format: 1, pipeline, inputSchema: {}, steps, output: { $ref: ['input'] }, starts };
  const answer = await api.post(`/v1/pipelines/${pipeline}/versions`, { plan });
  if (answer.status !== 201) throw new Error(`${pipeline} was not deployed: ${await answer.text()}`);
}

const outputs = async <T>(pipeline: string): Promise<readonly T[]> => {
  const results = (await installation.read(installation.topics.results)).map(
    ({ value }) => JSON.parse(String(value)) as RunResult,
  );
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

  test(`each of ${RECORDS} records of another topic begins one run, alone, in a batch, or as the last of its key, and each time of a schedule one`, async () => {
    const orders = `${installation.prefix}shop.orders`;
    await installation.broker.ensureTopics([{ name: orders, partitions: 3 }]);
    await installation.broker.publish([{ topic: orders, key: null, value: '{"n":-1}' }]);
    await deploy('singles', {
      triggers: { orders: { topic: orders, when: 'record.value.n < 1000000.0', input: { $ref: ['record', 'value'] } } },
    });
    const batch = { by: 'batch', max: 20, withinMs: 1_000 };
    await deploy('batches', {
      triggers: { orders: { topic: orders, gather: batch, input: { items: { $ref: ['items'] } } } },
    });
    const gather = { by: 'debounce', quietMs: 3_600_000, key: { $ref: ['record', 'key'] } };
    await deploy('lasts', { triggers: { orders: { topic: orders, gather, input: { $ref: ['record', 'value'] } } } });
    const minutely = { cron: '* * * * *', catchUp: 'all', input: { $ref: ['tick'] } };
    await deploy('minutes', { schedules: { minutely } });
    // As if nobody had looked for so long.
    await until('the schedule is there', async () => {
      const { rowCount } = await installation.database.query(
        `update schedules set next_at = next_at - interval '9 minutes' where pipeline = 'minutes'`,
      );
      return rowCount === 1;
    });
    for (let from = 0; from < RECORDS; from += 100) {
      await installation.broker.publish(
        Array.from({ length: 100 }, (_, i) => ({
          topic: orders,
          key: String(i),
          value: JSON.stringify({ n: from + i }),
        })),
      );
      if (from === 100 || from === 400) await crash();
    }
    const sorted = (all: readonly { n: number }[]) => all.map(({ n }) => n).sort((a, b) => a - b);
    const all = Array.from({ length: RECORDS }, (_, n) => n);
    const lasts = all.slice(-100);
    await until('the last of each key is kept', async () => {
      const { rows } = await installation.database.query(
        `select 1 from gathered where gathering in (select id from gatherings where trigger like 'lasts/%')
           and (record::json->'value'->>'n')::int >= $1`,
        [lasts[0]],
      );
      return rows.length === lasts.length;
    });
    expect(await outputs('lasts')).toEqual([]);
    // As if it had been quiet for so long.
    await installation.database.query(`update gatherings set due_at = now() where trigger like 'lasts/%'`);
    await crash();
    const last = await until('the last of each key is a run', async () => {
      const found = await outputs<{ n: number }>('lasts');
      return found.length >= lasts.length && found;
    });
    expect(sorted(last)).toEqual(lasts);
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
    const ticks = await until('what was missed is caught up with', async () => {
      const found = (await outputs<{ at: string }>('minutes')).map(({ at }) => Date.parse(at));
      return found.length >= 9 && found.sort((a, b) => a - b);
    });
    expect(ticks.map((tick) => tick - ticks[0]!)).toEqual(ticks.map((_, i) => i * 60_000));
  }, 600_000);

  test('runs of a key wait for their turn, are dropped or take another’s place as the pipeline says, and a run that is to begin later begins then', async () => {
    await deploy('few', { concurrency: { limit: 2 } }, GO);
    await deploy('drops', { concurrency: { limit: 1, whenFull: 'drop' } }, GO);
    await deploy('replaces', { concurrency: { limit: 1, whenFull: 'replace' } }, GO);
    await deploy('later', {});
    const ask = (pipeline: string, count: number, more: object = {}) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const answer = await api.post('/v1/runs', { pipeline, input: {}, ...more });
          return ((await answer.json()) as { id: string }).id;
        }),
      );
    const [few, drops, replaces] = [await ask('few', 6), await ask('drops', 5), await ask('replaces', 5)];
    const startAt = Date.now() + 8_000;
    const later = await ask('later', 5, { startAt: new Date(startAt).toISOString() });
    await Promise.all(later.map((id) => api.settled(id)));
    await crash();
    const withStatus = async (ids: readonly string[], status: string) =>
      (await Promise.all(ids.map((id) => api.run(id)))).filter((run) => run.status === status).map(({ id }) => id);
    const go = async (ids: readonly string[]) => {
      for (const id of ids) {
        await until(
          'the signal is taken',
          async () => (await api.post(`/v1/runs/${id}/signals/go`, { payload: 1 })).status === 202,
        );
        await api.settled(id, 'completed');
      }
    };
    for (let done = 0; done < few.length; done += 2) {
      const begun = await until('the next ones have begun', async () => {
        const found = await withStatus(few, 'waiting');
        return found.length === 2 && found;
      });
      expect(await withStatus(few, 'completed')).toHaveLength(done);
      if (done === 2) await crash();
      await go(begun);
    }
    for (const ids of [drops, replaces]) {
      await until('one is left', async () => (await withStatus(ids, 'cancelled')).length === 4);
      const left = await until('it has begun', async () => {
        const begun = await withStatus(ids, 'waiting');
        return begun.length > 0 && begun;
      });
      await go(left);
      expect(await withStatus(ids, 'completed')).toHaveLength(1);
    }
    // Its place is free again.
    const [next] = await ask('drops', 1);
    await api.settled(next!, 'waiting');
    for (const id of later) {
      await api.settled(id, 'completed');
      const ends = (await api.history(id)).filter(({ type }) => type === 'run.completed') as unknown as {
        at: number;
      }[];
      expect(ends).toHaveLength(1);
      expect(ends[0]!.at).toBeGreaterThanOrEqual(startAt);
    }
  }, 300_000);

  test('what is paused stays so, whoever is killed: nothing of it begins, nothing is lost, and it goes on when it is told to', async () => {
    const said = async (path: string, by = 'ann') => (await api.post(path, { by })).status;
    const typesOf = async (id: string) =>
      (await api.history(id)).map(({ type, step }) => `${type} ${step ?? ''}`.trim());
    await deploy('stopped', {}, GO);
    await deploy('free', {});
    expect(await said('/v1/pipelines/stopped/pause')).toBe(200);
    expect(await said('/v1/stages/route/pause')).toBe(200);
    const id = await api.start(CLEAR, 'paused-run');
    await until('it has come to the stage that is paused', async () =>
      (await api.run(id)).steps.some(({ name, status }) => name === 'route' && status === 'running'),
    );
    expect(await said(`/v1/runs/${id}/pause`)).toBe(202);
    await api.settled(id, 'paused');
    const ask = async (pipeline: string, n: number) => {
      const answer = await api.post('/v1/runs', { pipeline, input: { n } }, { 'idempotency-key': `${pipeline}-${n}` });
      return ((await answer.json()) as { id: string }).id;
    };
    const held = await Promise.all([1, 2, 3].map((n) => ask('stopped', n)));
    for (const one of held) await api.settled(one, 'held');
    // A signal that comes before its step waits is kept.
    const signal = async (one: string) => (await api.post(`/v1/runs/${one}/signals/go`, { payload: 1 })).status;
    for (const one of held) expect(await signal(one)).toBe(202);
    const stages = [...installation.services].flatMap(([name, service]) => (name.startsWith('route') ? [service] : []));
    expect(stages).toHaveLength(2);
    for (const stage of stages) await stage.kill9();
    await crash();
    for (const stage of stages) await stage.ready();
    held.push(await ask('stopped', 4));
    await ask('stopped', 4);
    await api.settled(await ask('free', 1), 'completed');
    await api.settled(held[3]!, 'held');
    expect(await signal(held[3]!)).toBe(202);
    expect(await typesOf(id)).not.toContain('step.completed route');

    expect(await said('/v1/stages/route/resume')).toBe(200);
    await until('what was in hand has ended', async () => (await typesOf(id)).includes('step.completed route'));
    await api.settled(await ask('free', 2), 'completed');
    const types = await typesOf(id);
    expect(types.slice(types.indexOf('run.paused') + 1)).toEqual(['step.completed route']);
    expect((await api.run(id)).status).toBe('paused');
    for (const one of held) expect((await api.run(one)).status).toBe('held');

    expect(await said('/v1/pipelines/stopped/resume')).toBe(200);
    expect(await said(`/v1/runs/${id}/resume`)).toBe(202);
    for (const one of [id, ...held]) await api.settled(one, 'completed');
    const given = await outputs<{ n: number }>('stopped');
    expect(given.map(({ n }) => n).sort()).toEqual([1, 2, 3, 4]);
    expect(await signal(held[0]!)).toBe(409);
  }, 300_000);

  test('a rate that is set at run time is kept by all processes of a stage together, also when one of them is killed', async () => {
    const perSecond = 8;
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
    await installation.services.get('route-1')!.kill9();
    await until('all are through', async () => (await begun()).length === ids.length);
    const times = (await begun()).sort((a, b) => a - b);
    // A second's worth; and the one with which each partition's new owner begins.
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBeLessThanOrEqual(2 * perSecond + 4);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(((ids.length - 8) / perSecond) * 1_000 * 0.7);
  }, 300_000);
});
