import { request } from 'node:http';
import { groupsOf, runIdOf } from '@millrace/contracts';
import { Accepted, History, OverviewView, Problem, RunList, RunView } from '@millrace/contracts/http';
import { until, World } from '../testing/world.js';

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const hello = { pipeline: 'reply', input: { text: 'Where is my refund?' } };
const start = async (world: World, body: unknown = hello, headers: Record<string, string> = {}) =>
  Accepted.parse(await (await fetch(`${world.url}/v1/runs`, json(body, headers))).json());
const get = async (world: World, id: string) => RunView.parse(await (await fetch(`${world.url}/v1/runs/${id}`)).json());

test('asking for a run publishes one record and says where to look', async () => {
  await using world = await World.open();
  const response = await fetch(`${world.url}/v1/runs`, json(hello, { 'idempotency-key': 'a' }));
  const accepted = Accepted.parse(await response.json());
  expect(response.status).toBe(202);
  expect(accepted.id).toBe(runIdOf('reply', 'a'));
  expect(response.headers.get('location')).toBe(`/v1/runs/${accepted.id}`);
  expect(world.published).toHaveLength(1);
  const [record] = world.published;
  expect(record).toMatchObject({ topic: 'millrace.intake', value: JSON.stringify(hello.input) });
  expect(record!.headers).toMatchObject({
    pipeline: 'reply',
    'idempotency-key': 'a',
    ce_type: 'millrace.run.requested',
  });
});

test('the same key and input is the same run, and is published once', async () => {
  await using world = await World.open();
  const first = await start(world, hello, { 'idempotency-key': 'a' });
  const again = await start(world, { input: hello.input, pipeline: 'reply' }, { 'idempotency-key': 'a' });
  expect(again.id).toBe(first.id);
  expect(world.published).toHaveLength(1);
});

const keyed = async (world: World, text: string, key = 'a') => {
  const response = await fetch(`${world.url}/v1/runs`, json({ ...hello, input: { text } }, { 'idempotency-key': key }));
  const body: unknown = await response.json();
  return { status: response.status, code: response.ok ? 'ok' : Problem.parse(body).code };
};

test('the same key with another input is refused', async () => {
  await using world = await World.open();
  expect(await keyed(world, 'one')).toEqual({ status: 202, code: 'ok' });
  expect(await keyed(world, 'other')).toEqual({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(world.published).toHaveLength(1);
});

test('of many requests at once with one key and an input each, one is accepted and the others are refused', async () => {
  await using world = await World.open();
  for (let round = 0; round < 25; round++) {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => keyed(world, `input ${n}`, `key ${round}`)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(7);
    expect(world.published).toHaveLength(round + 1);
  }
});

test('a request with a key that another gateway won is refused, once the coordinator has decided', async () => {
  await using world = await World.open();
  world.accepts = false;
  const mine = keyed(world, 'mine');
  while (world.published.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  world.acceptFirst({ text: 'of another gateway' });
  expect(await mine).toEqual({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
});

test('a request with a key that no coordinator takes on is not said to be accepted, and the same again tells what became of it', async () => {
  await using world = await World.open({ takenOnWithinMs: 50 });
  world.accepts = false;
  const response = await fetch(`${world.url}/v1/runs`, json(hello, { 'idempotency-key': 'a' }));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(Problem.parse(await response.json())).toMatchObject({ code: 'NOT_TAKEN_ON_YET', retryable: true });
  world.settle();
  const { id } = await start(world, hello, { 'idempotency-key': 'a' });
  expect(id).toBe(runIdOf('reply', 'a'));
  expect(world.published).toHaveLength(1);
});

test.each([
  [
    'twice',
    [
      ['idempotency-key', 'a'],
      ['idempotency-key', 'b'],
    ],
  ],
  [
    'twice the same',
    [
      ['idempotency-key', 'a'],
      ['idempotency-key', 'a'],
    ],
  ],
  ['empty', [['idempotency-key', '']]],
  ['too long', [['idempotency-key', 'k'.repeat(256)]]],
  ['not ASCII', [['idempotency-key', 'schl\u00fcssel']]],
  ['with a control character', [['idempotency-key', 'a\tb']]],
] as [string, [string, string][]][])('a key that is %s is refused', async (_, headers) => {
  await using world = await World.open();
  expect(await sent(world, headers)).toEqual({ status: 400, code: 'INVALID_REQUEST' });
  expect(world.published).toEqual([]);
});

/** As `fetch`, but each header on a line of its own. */
function sent(world: World, headers: readonly [string, string][]): Promise<{ status: number; code: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; code: string }>();
  const lines = ['content-type', 'application/json', 'host', new URL(world.url).host, ...headers.flat()];
  const asking = request(`${world.url}/v1/runs`, { method: 'POST', headers: lines }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () =>
      resolve({ status: answer.statusCode!, code: Problem.parse(JSON.parse(Buffer.concat(chunks).toString())).code }),
    );
  });
  asking.on('error', reject);
  asking.end(JSON.stringify(hello));
  return promise;
}

test('runs without a key are different runs', async () => {
  await using world = await World.open();
  expect((await start(world)).id).not.toBe((await start(world)).id);
});

test('a run can be asked about before the coordinator has taken it', async () => {
  await using world = await World.open();
  world.accepts = false;
  const { id } = await start(world);
  expect(await get(world, id)).toMatchObject({ id, status: 'running', steps: [], pipeline: 'reply' });
  world.settle();
  expect((await get(world, id)).steps.map(({ name }) => name)).toEqual(['classify', 'draft', 'approve']);
});

test('the caller’s trace goes on to the record', async () => {
  await using world = await World.open();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await start(world, hello, { traceparent });
  expect(world.published[0]!.headers!['traceparent']).toContain('0af7651916cd43dd8448eb211c80319c');
});

describe('a mail', () => {
  const mail = (world: World, body: string | Uint8Array<ArrayBuffer>, query = '?pipeline=reply') =>
    fetch(`${world.url}/v1/runs${query}`, { method: 'POST', headers: { 'content-type': 'message/rfc822' }, body });

  test('becomes the input as its text', async () => {
    await using world = await World.open();
    expect((await mail(world, 'Subject: Grüße\r\n\r\nHello')).status).toBe(202);
    expect(JSON.parse(String(world.published[0]!.value))).toEqual({ raw: 'Subject: Grüße\r\n\r\nHello' });
  });

  test('that is not UTF-8 keeps every byte', async () => {
    await using world = await World.open();
    const bytes = Uint8Array.from([0x53, 0xff, 0xfe, 0x00, 0x80]);
    expect((await mail(world, bytes)).status).toBe(202);
    const { rawBase64 } = JSON.parse(String(world.published[0]!.value)) as { rawBase64: string };
    expect([...Buffer.from(rawBase64, 'base64')]).toEqual([...bytes]);
  });

  test('needs to be told its pipeline', async () => {
    await using world = await World.open();
    const response = await mail(world, 'Subject: x\r\n\r\nHello', '');
    expect(response.status).toBe(400);
    expect(Problem.parse(await response.json()).errors).toEqual([expect.objectContaining({ pointer: '/pipeline' })]);
  });
});

test.each(['wait=30', 'Wait="30"', 'respond-async, WAIT=999999999999'])(
  'Prefer: %s answers with the run as soon as it waits for somebody',
  async (prefer) => {
    await using world = await World.open();
    const asked = fetch(`${world.url}/v1/runs`, json(hello, { prefer, 'idempotency-key': 'w' }));
    const id = runIdOf('reply', 'w');
    while (world.facts(id).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    world.toReview(id);
    const response = await asked;
    expect(response.status).toBe(200);
    expect(RunView.parse(await response.json())).toMatchObject({ id, status: 'waiting' });
  },
);

test('a run shows each step with its attempts, times, input and output', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  world.completed(id, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  const run = await get(world, id);
  expect(run).toMatchObject({ status: 'running', input: hello.input, allowedActions: ['cancel', 'pause', 'move'] });
  expect(run.traceId).toMatch(/^[0-9a-f]{32}$/);
  const [classify, draft, approve] = run.steps;
  expect(classify).toMatchObject({
    status: 'completed',
    output: { label: 'refund', confidence: 0.4 },
    input: { text: 'Where is my refund?' },
  });
  expect(classify!.attempts).toEqual([
    expect.objectContaining({ attempt: 1, startedAt: expect.any(String), endedAt: expect.any(String) }),
  ]);
  // Handed on by its predecessor's stage, so it began when that one ended.
  expect(draft).toMatchObject({
    status: 'running',
    startedAt: classify!.endedAt,
    input: { text: 'Where is my refund?', label: 'refund' },
  });
  expect(approve).toMatchObject({ kind: 'review', status: 'pending', attempts: [], allowedActions: [] });
});

test('a failed step says why, what to do, and that it can be sent on again', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  world.failed(id, 'classify');
  const run = await get(world, id);
  expect(run.status).toBe('dead-lettered');
  expect(run.steps[0]).toMatchObject({
    status: 'dead-lettered',
    failure: { code: 'STAGE_INPUT_INVALID', message: 'It broke.', remedy: expect.stringContaining('contract') },
    allowedActions: ['redrive'],
  });
});

test('runs are listed newest first, page by page, with filters', async () => {
  await using world = await World.open();
  const ids = [];
  for (let n = 0; n < 5; n++) ids.unshift((await start(world)).id);
  const page = async (query: string) => RunList.parse(await (await fetch(`${world.url}/v1/runs?${query}`)).json());
  const first = await page('limit=2&status=running');
  const second = await page(`limit=2&status=running&cursor=${first.next}`);
  const third = await page(`limit=2&status=running&cursor=${second.next}`);
  expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual(ids);
  expect(third.next).toBeUndefined();
  expect((await page('status=completed')).items).toEqual([]);
  for (const query of [`status=waiting&cursor=${first.next}`, `status=running&cursor=${first.next}x`]) {
    const misused = await fetch(`${world.url}/v1/runs?limit=2&${query}`);
    expect(misused.status).toBe(400);
    expect(Problem.parse(await misused.json()).code).toBe('INVALID_CURSOR');
  }
});

test.each([
  ['where=statuss == "failed"', '/where', 'did you mean status?'],
  ['where=status == "fialed"', '/where', 'it is one of'],
  ['where=title.matches("a%2B")', '/where', 'cannot be searched for'],
  ['state=broken', '/state', ''],
  ['by=input', '/by', 'expected pipeline'],
])('a filter that cannot be used is refused, and says what can be written instead: %s', async (query, pointer, why) => {
  await using world = await World.open();
  const path = query.startsWith('by=') ? '/v1/runs/facets' : '/v1/runs';
  const refused = await fetch(`${world.url}${path}?${query}`);
  expect(refused.status).toBe(400);
  const { code, errors } = Problem.parse(await refused.json());
  expect([code, errors?.[0]?.pointer]).toEqual(['INVALID_REQUEST', pointer]);
  expect(errors?.[0]?.detail).toContain(why);
});

test('a list says how each run stands and what holds it up, and the overview counts each run in one state', async () => {
  await using world = await World.open();
  const [waiting, parked, unserved] = [(await start(world)).id, (await start(world)).id, (await start(world)).id];
  world.toReview(waiting);
  world.failed(parked, 'classify');
  world.completed(unserved, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.unserved.add(groupsOf().stage('draft'));
  const listed = async (query: string) =>
    RunList.parse(await (await fetch(`${world.url}/v1/runs?${query}`)).json()).items.map(
      ({ id, state, failureCode }) => [...[id, state, failureCode]],
    );
  const expected = [
    [unserved, 'no-consumer', undefined],
    [parked, 'dead-lettered', 'STAGE_INPUT_INVALID'],
    [waiting, 'waiting-for-person', undefined],
  ];
  expect(await listed('limit=5')).toEqual(expected);
  expect(await listed('limit=5&detail=true')).toEqual(expected);
  expect(await listed('state=no-consumer')).toEqual([expected[0]]);
  const { states } = OverviewView.parse(await (await fetch(`${world.url}/v1/overview`)).json());
  const counted = Object.entries(states).filter(([, { count }]) => count > 0);
  expect(Object.fromEntries(counted)).toEqual({
    'no-consumer': { count: 1 },
    'dead-lettered': { count: 1 },
    'waiting-for-person': { count: 1 },
  });
});

test('the answer of a model that could not be used is shown with the attempt that failed', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  world.failed(id, 'classify', 'It is not JSON.', 'MODEL_ANSWER_INVALID', 'Sure! {"label":');
  const run = await get(world, id);
  const classify = run.steps.find(({ name }) => name === 'classify');
  expect(classify!.attempts[0]).toMatchObject({ failure: { code: 'MODEL_ANSWER_INVALID' }, answer: 'Sure! {"label":' });
});

test('a degraded run is marked where it is listed and says which steps gave something else, and for what', async () => {
  await using world = await World.open();
  const [plain, degraded] = [(await start(world)).id, (await start(world)).id];
  world.toReview(plain);
  world.toReviewDegraded(degraded);
  const run = await get(world, degraded);
  expect(run).toMatchObject({ status: 'waiting', degraded: true });
  expect(run.degradedBy).toEqual([{ step: 'draft', by: 'fallback', code: 'MODEL_BUSY', message: 'It was busy.' }]);
  expect(run.steps[1]!.attempts.map(({ stage, fallback }) => [stage, fallback])).toEqual([
    [undefined, undefined],
    ['draft', true],
  ]);
  expect(await get(world, plain)).not.toHaveProperty('degraded');
  const listed = async (query: string) =>
    RunList.parse(await (await fetch(`${world.url}/v1/runs?${query}`)).json()).items.map((one) => [
      one.id,
      one.degraded,
    ]);
  expect(await listed('limit=5')).toEqual([
    [degraded, true],
    [plain, undefined],
  ]);
  expect(await listed('degraded=true')).toEqual([[degraded, true]]);
  expect(await listed('degraded=false')).toEqual([[plain, undefined]]);
});

test('the history of a run is its facts, numbered', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  const { items } = History.parse(await (await fetch(`${world.url}/v1/runs/${id}/history`)).json());
  expect(items.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'run.accepted'],
    [2, 'step.requested'],
  ]);
});

test('the history and the live view count a step’s own tries from 1, also after a second try of the step that handed it on', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  world.failed(id, 'classify');
  const [letter] = world.deadLetters.keys();
  await fetch(`${world.url}/v1/dead-letters/${letter}/redrive`, json({}));
  world.completed(id, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.completed(id, 'draft', { text: 'Dear customer' });
  const { items } = History.parse(await (await fetch(`${world.url}/v1/runs/${id}/history`)).json());
  const tries = items.flatMap(({ type, step, attempt, fencingAttempt }) =>
    attempt === undefined ? [] : [[type, step, attempt, fencingAttempt]],
  );
  expect(tries).toEqual([
    ['step.requested', 'classify', 1, undefined],
    ['step.failed', 'classify', 1, undefined],
    ['step.requested', 'classify', 2, undefined],
    ['step.completed', 'classify', 2, undefined],
    ['step.completed', 'draft', 1, 2],
  ]);
  // A client that comes back in the middle goes on with the same numbers.
  const stream = await fetch(`${world.url}/v1/runs/${id}/events`, {
    headers: { 'last-event-id': String(items.length - 2) },
  });
  const reader = stream.body!.getReader();
  let text = '';
  while (!text.includes('step.waiting')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect(text).toContain('"attempt":1');
  expect(text).toContain('"fencingAttempt":2');
});

test('a run says at once that nobody serves the stage it waits for, in its view, its step, and the list, and no longer once somebody does', async () => {
  await using world = await World.open();
  const { id } = await start(world);
  const listed = async () =>
    RunList.parse(await (await fetch(`${world.url}/v1/runs`)).json()).items.map(({ noConsumer }) => noConsumer);
  world.unserved.add(groupsOf().stage('draft'));
  // The stage that it waits for is served; one that comes later is none of its cares yet.
  expect([(await get(world, id)).noConsumer, await listed()]).toEqual([undefined, [undefined]]);
  world.completed(id, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  await until(async () => (await get(world, id)).noConsumer);
  const run = await get(world, id);
  expect([run.status, run.noConsumer, await listed()]).toEqual(['running', ['draft'], [['draft']]]);
  expect(run.steps.map(({ noConsumer }) => noConsumer)).toEqual([undefined, true, undefined]);
  world.unserved.clear();
  await until(async () => !(await get(world, id)).noConsumer);
});

test('a run that is held says the run and the key that it waits for, in its view and in lists, and is found by that; the other one says how many wait', async () => {
  await using world = await World.open();
  const [{ id: parked }, { id }] = [await start(world), await start(world)];
  world.standInLine(id, { key: 'acme', behind: parked, ahead: 2 });
  world.holds.set(parked, { key: 'acme', waiting: 3 });
  const hold = { key: 'acme', behind: parked, ahead: 2 };
  expect(await get(world, id)).toMatchObject({ status: 'held', state: 'waiting-for-run', hold });
  expect((await get(world, parked)).hold).toEqual({ key: 'acme', waiting: 3 });
  for (const query of ['state=waiting-for-run', 'state=waiting-for-run&detail=true']) {
    const { items } = RunList.parse(await (await fetch(`${world.url}/v1/runs?${query}`)).json());
    expect(items.map((item) => [item.id, item.hold])).toEqual([[id, hold]]);
  }
});
