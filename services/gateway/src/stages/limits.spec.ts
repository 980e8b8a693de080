import { StagePause } from '@millrace/contracts';
import { Accepted, Problem, StageList, StageView } from '@millrace/contracts/http';
import { World } from '../testing/world.js';

const post = (world: World, path: string, body: object) =>
  fetch(world.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('limits of a stage are published for its processes, with who and why', async () => {
  await using world = await World.open();
  const answer = await post(world, '/v1/stages/classify/limits', { concurrency: 8, weights: { acme: 3 }, by: 'ann' });
  expect([answer.status, StageView.parse(await answer.json()).limits]).toMatchObject([
    200,
    { concurrency: 8, by: 'ann' },
  ]);
  const [record, told] = world.published;
  expect(JSON.parse(String(told!.value))).toMatchObject({
    ...{ type: 'act.done', kind: 'stage.limit', subject: 'classify', by: 'ann' },
    detail: { concurrency: 8, weights: { acme: 3 } },
  });
  expect(record).toMatchObject({ topic: 'millrace.limits', key: 'classify' });
  expect(JSON.parse(String(record!.value))).toMatchObject({ concurrency: 8, weights: { acme: 3 }, by: 'ann' });
});

test('a stage is paused and goes on, as often as anybody asks; its processes and the list are told', async () => {
  await using world = await World.open();
  const ask = async (what: string, by: string) => {
    const answer = await post(world, `/v1/stages/classify/${what}`, { by });
    return [answer.status, StageView.parse(await answer.json()).paused?.by];
  };
  const listed = async () => {
    const { items } = StageList.parse(await (await fetch(`${world.url}/v1/stages`)).json());
    return items.flatMap(({ name, paused }) => (paused ? [name] : []));
  };
  expect([await ask('pause', 'ann'), await ask('pause', 'bob')]).toEqual([
    [200, 'ann'],
    [200, 'ann'],
  ]);
  expect(await listed()).toEqual(['classify']);
  expect([await ask('resume', 'bob'), await ask('resume', 'bob'), await listed()]).toEqual([
    [200, undefined],
    [200, undefined],
    [],
  ]);
  const kinds = world.letterRequests.map((request) => request.type === 'act.done' && [request.kind, request.by]);
  expect(kinds).toEqual([
    ['stage.pause', 'ann'],
    ['stage.resume', 'bob'],
  ]);
  const pauses = world.published.filter(({ topic }) => topic === 'millrace.pauses');
  const told = pauses.map(({ topic, key, value }) => {
    const { times } = StagePause.parse(JSON.parse(String(value)));
    return [topic, key, times.map(({ from, to }) => to === undefined || to >= from), times.at(-1)!.to !== undefined];
  });
  expect(told).toEqual([
    ['millrace.pauses', 'stage/classify', [true], false],
    ['millrace.pauses', 'stage/classify', [true], true],
  ]);
  expect((await post(world, '/v1/stages/nobody/pause', {})).status).toBe(404);
});

test('a stage whose new contract breaks what is deployed says so in the list, with the place', async () => {
  await using world = await World.open();
  const contractOf = (field: string) => ({
    input: {},
    output: { type: 'object', properties: { [field]: {} }, required: [field] },
  });
  world.contracts.set('classify', contractOf('label'));
  const breaksOf = async () => {
    const { items } = StageList.parse(await (await fetch(`${world.url}/v1/stages`)).json());
    return items.find(({ name }) => name === 'classify')!.breaks;
  };
  expect(await breaksOf()).toBeUndefined();
  const record = {
    topic: world.runtime.topics.contracts,
    key: 'classify',
    value: JSON.stringify(contractOf('intent')),
  };
  await world.runtime.broker.publish([record]);
  expect(await breaksOf()).toEqual([{ pointer: '/output/label', detail: 'may be missing' }]);
});

test.each([
  ['of a stage that nobody uses', '/v1/stages/nobody/limits', { concurrency: 8 }, 404, 'UNKNOWN_STAGE'],
  ['smaller than the number of partitions', '/v1/stages/classify/limits', { concurrency: 3 }, 422, 'LIMIT_TOO_SMALL'],
  ['that are none', '/v1/stages/classify/limits', { perSecond: 0 }, 400, 'INVALID_REQUEST'],
  ['that admit nothing', '/v1/stages/classify/limits', { perSecond: 1e-300 }, 400, 'INVALID_REQUEST'],
  ['with a turn that never comes', '/v1/stages/classify/limits', { weights: { a: 1e-300 } }, 400, 'INVALID_REQUEST'],
])('limits %s are refused', async (_, path, body, status, code) => {
  await using world = await World.open();
  const answer = await post(world, path, body);
  expect([answer.status, Problem.parse(await answer.json()).code]).toEqual([status, code]);
  expect(world.published).toHaveLength(0);
});

test('priority, tenant and the time to begin travel with the request', async () => {
  await using world = await World.open();
  const begin = { priority: 'high', tenant: 'acme', startAt: '2027-01-31T09:00:00Z' };
  const answer = await post(world, '/v1/runs', { pipeline: 'reply', input: { text: 'Hi' }, ...begin });
  expect(answer.status).toBe(202);
  expect(world.published[0]!.headers).toMatchObject({
    priority: 'high',
    tenant: 'acme',
    'start-at': '2027-01-31T09:00:00Z',
  });
});

test.each([
  ['in the future is held until then', '2127-01-31T09:00:00Z', 'held'],
  ['in the past begins at once', '2001-01-31T09:00:00Z', 'running'],
])('a run whose time to begin is %s: the answer says so', async (_, startAt, status) => {
  await using world = await World.open();
  const answer = await post(world, '/v1/runs', { pipeline: 'reply', input: { text: 'Hi' }, startAt });
  expect(Accepted.parse(await answer.json()).status).toBe(status);
});
