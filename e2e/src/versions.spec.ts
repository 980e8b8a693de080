import { CLEAR, sample } from './api.js';
import { until } from './processes.js';
import { startStandalone, type StandaloneProcess } from './standalone-process.js';
import { deployInTheMiddleOfAReview, markOf, nextVersion, versions } from './versions.js';

const PATH = '/v1/pipelines/support-email';
let installation: StandaloneProcess;
beforeAll(async () => {
  installation = await startStandalone();
});
afterAll(() => installation[Symbol.asyncDispose]());

const posted = async (path: string, body: object) => {
  const answer = await installation.api.post(path, body);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('versions of a pipeline', () => {
  test('a run in the middle of a review when a version is deployed and everything is killed ends on its own', async () => {
    const crash = async () => {
      await installation.service.kill9();
      await installation.service.ready();
    };
    const { before, after, fresh } = await deployInTheMiddleOfAReview(installation.api, { key: 'second', crash });
    expect([markOf(after), markOf(fresh)]).toEqual([undefined, 'second']);
    const [second, first] = await versions(installation.api);
    expect(second).toMatchObject({ version: 2, by: 'ann', reason: 'a mark', share: 1 });
    expect(first).toMatchObject({ version: 1, share: 0 });
    expect(before).toMatchObject({ plan: first!.plan });
    expect(after).toMatchObject({ plan: first!.plan });
    expect(fresh).toMatchObject({ plan: second!.plan });
  });

  test('a canary gets its share of new runs, is promoted, and taken back', async () => {
    const third = await nextVersion(installation.api, 'third');
    expect(await posted(`${PATH}/versions`, { ...third, share: 0.5 })).toMatchObject({
      status: 201,
      body: { version: 3 },
    });
    const ids = await Promise.all(Array.from({ length: 24 }, (_, i) => installation.api.start(CLEAR, `canary-${i}`)));
    const marks = await Promise.all(ids.map(async (id) => markOf(await installation.api.settled(id, 'completed'))));
    expect([...new Set(marks)].sort()).toEqual(['second', 'third']);

    expect(await posted(`${PATH}/route`, { action: 'promote' })).toMatchObject({ status: 200, body: { version: 3 } });
    expect(markOf(await installation.api.settled(await installation.api.start(CLEAR, 'promoted')))).toBe('third');
    expect(await posted(`${PATH}/route`, { action: 'rollback' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(markOf(await installation.api.settled(await installation.api.start(CLEAR, 'back')))).toBe('second');
    expect(await posted(`${PATH}/route`, { action: 'promote' })).toMatchObject({
      status: 409,
      body: { code: 'NO_CANARY' },
    });
  });

  test('a contract that breaks others is refused with the stage and the place, and so says a check, with the runs', async () => {
    const id = await installation.api.start(sample('ambiguous'), 'hurt');
    await installation.api.settled(id, 'waiting');
    const next = await nextVersion(installation.api, 'broken');
    const send = next.contracts['send']!;
    const contracts = { send: { ...send, input: { ...(send.input as object), required: ['nobody', 'knows'] } } };
    const refused = await posted(`${PATH}/versions`, { plan: next.plan, contracts });
    expect(refused).toMatchObject({ status: 422, body: { code: 'CONTRACT_BREAKS' } });
    expect(refused.body['errors']).toContainEqual({ pointer: '/contracts/send/input/knows', detail: 'may be missing' });

    const checked = await posted(`${PATH}/check`, { plan: next.plan, contracts });
    expect(checked.body).toMatchObject({ broken: [{ run: id, step: 'send', stage: 'send' }], complete: true });
    expect(await versions(installation.api)).toHaveLength(3);
  });

  test('a plan that no coordinator could use is refused with the place, and the next one is deployed', async () => {
    const { plan } = await nextVersion(installation.api, 'unusable');
    const schema = { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' };
    const unusable = { plan: { ...plan, inputSchema: schema }, contracts: {} };
    for (const path of [`${PATH}/versions`, `${PATH}/check`])
      expect(await posted(path, unusable)).toMatchObject({
        status: 422,
        body: {
          code: 'PLAN_REFUSED',
          detail: expect.stringContaining('at /$defs/a: it refers only to itself') as string,
        },
      });
    expect(await posted(`${PATH}/pause`, {})).toMatchObject({ status: 200 });
    expect(await posted(`${PATH}/resume`, {})).toMatchObject({ status: 200 });
  });

  test('a run is moved to another version from a step, or told what does not fit', async () => {
    const id = await installation.api.start(sample('ambiguous'), 'moved');
    await installation.api.settled(id, 'waiting');
    const early = await posted(`/v1/runs/${id}/move`, { to: 3, from: 'send' });
    expect(early).toMatchObject({ status: 422, body: { code: 'MOVE_REFUSED' } });
    expect(early.body['errors']).toEqual([
      { pointer: '/steps/approve', detail: 'has not ended, and "send" comes after it' },
    ]);
    expect(await posted(`/v1/runs/${id}/move`, { to: 3, from: 'comply', by: 'ann' })).toMatchObject({ status: 202 });
    await until('it has moved', async () =>
      (await installation.api.history(id)).some(({ type }) => type === 'run.moved'),
    );
    await installation.api.settled(id, 'waiting');
    await posted(`/v1/reviews/${id}.approve`, { answer: { approved: true } });
    expect(markOf(await installation.api.settled(id, 'completed'))).toBe('third');
  });
});
