import type { Broker, Incoming } from '@millrace/broker';
import { runIdOf, type Topics } from '@millrace/contracts';
import { startCoordinator } from '@millrace/coordinator';
import { startGateway } from '@millrace/gateway';
import { defineStage } from '@millrace/pipeline';
import { type Runtime, openRuntime, type ServiceSettings } from '@millrace/runtime';
import { startStages } from '@millrace/stage';
import { openStore, type Store } from '@millrace/store';
import { fake } from '@millrace/testing';
import { z } from 'zod';
import { Api } from '../api.js';
import { until } from '../processes.js';

/** Two gateways, and as many coordinators as the broker lets work beside each other. */
export interface InstallationUnderTest extends AsyncDisposable {
  readonly gateways: readonly Api[];
  readonly broker: Broker;
  readonly topics: Topics;
  readonly store: Store;
  readonly installation: Runtime;
}

const ROUNDS = 25;
const AT_ONCE = 8;

/** Opens `processes` installations with a coordinator each, and two gateways. On the embedded log there is one installation for all. */
export async function openPlace(settings: ServiceSettings, processes: number): Promise<InstallationUnderTest> {
  await using opening = new AsyncDisposableStack();
  const gateways: Api[] = [];
  let first: { installation: Runtime; store: Store } | undefined;
  for (let n = 0; n < processes; n++) {
    const installation = opening.use(await openRuntime('coordinator', settings));
    const store = opening.use(await openStore(settings));
    const coordinator = await startCoordinator(installation, { store, pipelines: [] });
    opening.defer(() => coordinator.drain(5_000));
    for (let g = 0; g < 2 / processes; g++) {
      const gateway = await startGateway(installation, { reader: store.reader, host: '127.0.0.1', port: 0 });
      opening.defer(() => gateway.drain(5_000));
      gateways.push(new Api(gateway.url));
    }
    await until('the coordinator is ready', async () => (await coordinator.ready()) === true);
    first ??= { installation, store };
  }
  const { installation, store } = first!;
  const opened = opening.move();
  const { broker, topics } = installation;
  return { gateways, broker, topics, store, installation, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const strict = defineStage({
  name: 'strict',
  input: z.object({ text: z.string() }),
  output: z.object({ ok: z.boolean() }),
});
const lonely = defineStage({ name: 'lonely', input: z.looseObject({}), output: z.object({ ok: z.boolean() }) });

/** Gives what it is given; two plans with a different `mark` are two versions. */
const planOf = (pipeline: string, mark = 0) => ({
  format: 1,
  pipeline,
  inputSchema: { type: 'object', description: String(mark) },
  steps: {},
  output: { $ref: ['input'] },
});

/** Tests that an accepted request is in force: see `accepted.spec.ts` and `accepted.integration.ts`. */
export function accepted(place: () => InstallationUnderTest): void {
  let nth = 0;
  /** The gateways in turn. */
  const api = () => place().gateways[nth++ % place().gateways.length]!;
  const deploy = async (pipeline: string, mark = 0): Promise<string> => {
    const answer = await api().post(`/v1/pipelines/${pipeline}/versions`, { plan: planOf(pipeline, mark) });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { plan: string }).plan;
  };
  const ask = async (pipeline: string, input: object, headers: Record<string, string> = {}) => {
    const answer = await api().post('/v1/runs', { pipeline, input }, headers);
    const body = (await answer.json()) as { id: string; code: string };
    return { ...body, status: answer.status };
  };
  const letters = async () => {
    const { broker, topics } = place();
    const all: Incoming[] = [];
    for (let partition = 0; partition < (await broker.partitionsOf(topics.deadLetters)); partition++)
      all.push(...(await broker.browse({ topic: topics.deadLetters, partition, offset: 0, limit: 1_000 })));
    return all.map(({ value, headers }) => ({
      value: value?.toString(),
      code: String(headers['millrace-failure-code']),
      pipeline: String(headers['pipeline']),
    }));
  };

  test(`of ${AT_ONCE} requests at once with one idempotency key and an input each, over two gateways, one is accepted and the others are refused`, async () => {
    await deploy('keys');
    for (let round = 0; round < ROUNDS; round++) {
      const headers = { 'idempotency-key': `round ${round}` };
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, n) => ({ n, ...(await ask('keys', { n }, headers)) })),
      );
      const won = answers.filter(({ status }) => status === 202);
      expect(won).toHaveLength(1);
      expect(answers.filter(({ code }) => code === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(AT_ONCE - 1);
      const [fact] = (await place().store.reader.run(won[0]!.id))!.facts;
      expect(fact).toMatchObject({ type: 'run.accepted', input: { n: won[0]!.n } });
      expect((await ask('keys', { n: won[0]!.n }, headers)).status).toBe(202);
    }
  }, 120_000);

  test('a record under an idempotency key that has another input becomes a dead letter, whoever was first', async () => {
    await deploy('records');
    const { broker, topics } = place();
    const publish = (value: object) =>
      broker.publish([
        {
          topic: topics.intake,
          key: null,
          value: JSON.stringify(value),
          headers: { pipeline: 'records', 'idempotency-key': 'once' },
        },
      ]);
    expect((await ask('records', { by: 'HTTP' }, { 'idempotency-key': 'once' })).status).toBe(202);
    await publish({ by: 'HTTP' });
    await publish({ by: 'a client' });
    const found = await until('the dead letter', async () => {
      const own = (await letters()).filter(({ pipeline }) => pipeline === 'records');
      return own.length > 0 && own;
    });
    expect(found).toEqual([{ value: '{"by":"a client"}', code: 'IDEMPOTENCY_KEY_REUSED', pipeline: 'records' }]);
    expect((await ask('records', { by: 'third' }, { 'idempotency-key': 'once' })).code).toBe('IDEMPOTENCY_KEY_REUSED');
  }, 60_000);

  test('a run that is asked for right after a deployment, a rollback or a promotion is answered gets the plan of that answer', async () => {
    const route = async (pipeline: string, body: object) => {
      const answer = await api().post(`/v1/pipelines/${pipeline}/route`, body);
      expect(answer.status).toBe(200);
    };
    const planOfNext = async (pipeline: string, key: string) => {
      const { id, status } = await ask(pipeline, {}, { 'idempotency-key': key });
      expect([status, id]).toEqual([202, runIdOf(pipeline, key)]);
      return (await place().store.reader.run(id))!.plan;
    };
    for (let n = 0; n < 10; n++) {
      const pipeline = `fresh-${n}`;
      const first = await deploy(pipeline, 1);
      expect(await planOfNext(pipeline, 'a')).toBe(first);
      const second = await deploy(pipeline, 2);
      expect(await planOfNext(pipeline, 'b')).toBe(second);
      await route(pipeline, { action: 'rollback' });
      expect(await planOfNext(pipeline, 'c')).toBe(first);
      await route(pipeline, { action: 'canary', version: 2, share: 1 });
      expect(await planOfNext(pipeline, 'd')).toBe(second);
      await route(pipeline, { action: 'promote' });
      expect(await planOfNext(pipeline, 'e')).toBe(second);
    }
    expect((await letters()).filter(({ pipeline }) => pipeline.startsWith('fresh'))).toEqual([]);
  }, 120_000);

  test('a pause, and going on, are in force when they are answered; and so are the schedules of a plan', async () => {
    const plan = {
      ...planOf('stopped'),
      starts: { schedules: { daily: { cron: '0 3 * * *', zone: 'UTC', catchUp: 'last', input: { $literal: {} } } } },
    };
    expect((await api().post('/v1/pipelines/stopped/versions', { plan })).status).toBe(201);
    const { items } = await api().get<{ items: { name: string }[] }>('/v1/schedules?pipeline=stopped');
    expect(items.map(({ name }) => name)).toEqual(['daily']);
    for (let n = 0; n < 5; n++) {
      expect((await api().post('/v1/pipelines/stopped/pause', {})).status).toBe(200);
      const held = await ask('stopped', { n }, { 'idempotency-key': `held ${n}` });
      expect((await api().run(held.id)).status).toBe('held');
      expect((await api().post('/v1/pipelines/stopped/resume', {})).status).toBe(200);
      const free = await ask('stopped', { n }, { 'idempotency-key': `free ${n}` });
      expect((await api().run(free.id)).status).toBe('completed');
    }
  }, 60_000);

  test('a plan with a stage that nobody serves is refused unless that is allowed; once the stage runs it is checked against what it announces', async () => {
    const { installation } = place();
    const retry = { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 };
    const planFor = (input: object, output: unknown[] = ['a']) => {
      const asks = { kind: 'stage', stage: 'strict', input, retry, timeoutMs: 5_000, predecessors: [] };
      return { ...planOf('strictly'), steps: { a: asks }, output: { $ref: output } };
    };
    const said = async (what: string, plan: object, more: object = {}) => {
      const answer = await api().post(`/v1/pipelines/strictly/${what}`, { plan, ...more });
      return { status: answer.status, body: (await answer.json()) as object };
    };
    const fitting = planFor({ text: 'a' });
    expect(await said('check', fitting)).toMatchObject({ status: 200, body: { unserved: ['strict'] } });
    const unserved = { code: 'STAGE_UNSERVED', errors: [{ pointer: '/plan/steps/a/stage' }] };
    expect(await said('versions', fitting)).toMatchObject({ status: 422, body: unserved });
    const running = await startStages(installation, [fake(strict, () => ({ ok: true }))]);
    await running.drain(5_000);
    // It announced what it takes, and comes back.
    const applied = await until('nobody serves it', async () => {
      const answer = await said('versions', fitting);
      return JSON.stringify(answer.body).includes('noConsumer') && answer;
    });
    expect(applied).toMatchObject({ status: 201, body: { status: 'applied', noConsumer: ['strict'] } });
    const misfits: [object, string, string][] = [
      [planFor({ tekst: 'a' }), '/plan/steps/a/input/text', 'is required, and the step never gives it'],
      [planFor({ text: 5 }), '/plan/steps/a/input/text', 'is 5, not string'],
      [planFor({ text: 'a' }, ['a', 'okay']), '/plan/output', 'reads a.okay, and there is no "okay"'],
    ];
    for (const [plan, pointer, detail] of misfits) {
      expect(await said('check', plan)).toMatchObject({ status: 200, body: { misfits: [{ pointer, detail }] } });
      const refused = { code: 'CONTRACT_MISFIT', errors: [{ pointer, detail }] };
      expect(await said('versions', plan)).toMatchObject({ status: 422, body: refused });
    }
    const allowed = await said('versions', misfits[1]![0], { allowUnserved: true });
    expect(allowed).toMatchObject({ status: 201, body: { status: 'applied' } });
  }, 60_000);

  test('a run that waits for a stage which nobody serves says so within seconds, and no longer once somebody does', async () => {
    const { installation } = place();
    const retry = { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 };
    const asks = { kind: 'stage', stage: 'lonely', input: {}, retry, timeoutMs: 5_000, predecessors: [] };
    const plan = { ...planOf('lonely'), steps: { a: asks }, output: { $ref: ['a'] } };
    const said = async (path: string, more: object = {}) =>
      (await (await api().post(path, { plan, ...more })).json()) as object;
    expect(await said('/v1/pipelines/lonely/check')).toMatchObject({ noConsumer: ['lonely'] });
    const deployed = await said('/v1/pipelines/lonely/versions', { allowUnserved: true });
    expect(deployed).toMatchObject({ status: 'applied', noConsumer: ['lonely'] });
    const { id } = await ask('lonely', {}, { 'idempotency-key': 'one' });
    const view = () => api().get<{ status: string; noConsumer?: string[] }>(`/v1/runs/${id}`);
    await until('it says so', async () => (await view()).noConsumer?.includes('lonely'));
    const stages = await api().get<{ items: { name: string; consumers: number }[] }>('/v1/stages');
    expect(stages.items).toContainEqual(expect.objectContaining({ name: 'lonely', consumers: 0 }));
    const running = await startStages(installation, [fake(lonely, () => ({ ok: true }))]);
    try {
      await until('it has ended', async () => (await view()).status === 'completed');
      expect((await view()).noConsumer).toBeUndefined();
    } finally {
      await running.drain(5_000);
    }
  }, 60_000);
}
