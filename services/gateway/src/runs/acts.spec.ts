import {
  Accepted,
  DeadLetterList,
  DeadLetterView,
  Problem,
  ReviewList,
  ReviewView,
  RunList,
  RunView,
} from '@millrace/contracts/http';
import { until, World } from '../testing/world.js';

const post = (url: string, body?: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const start = async (world: World) =>
  Accepted.parse(await (await post(`${world.url}/v1/runs`, { pipeline: 'reply', input: { text: 'Hi' } })).json()).id;
const get = async (world: World, id: string) => RunView.parse(await (await fetch(`${world.url}/v1/runs/${id}`)).json());
const codeOf = async (response: Response) => [response.status, Problem.parse(await response.json()).code];

test('a review is listed, shows what to look at, and is answered once', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  const { items } = ReviewList.parse(await (await fetch(`${world.url}/v1/reviews`)).json());
  expect(items).toEqual([
    expect.objectContaining({
      id: `${run}.approve`,
      step: 'approve',
      group: 'support',
      allowedActions: ['answer', 'claim'],
    }),
  ]);
  const url = `${world.url}/v1/reviews/${run}.approve`;
  const review = ReviewView.parse(await (await fetch(url)).json());
  expect(review).toMatchObject({
    status: 'open',
    show: { draft: { text: 'Dear customer' } },
    schema: { type: 'object' },
  });

  expect((await post(url, { answer: { approved: true }, by: 'ann', reason: 'fine' })).status).toBe(202);
  const after = await get(world, run);
  expect(after).toMatchObject({
    status: 'completed',
    output: { text: 'Dear customer', approved: true },
    allowedActions: [],
  });
  expect(after.steps[2]).toMatchObject({ answeredBy: 'ann', answerReason: 'fine' });
  expect(ReviewView.parse(await (await fetch(url)).json())).toMatchObject({ status: 'closed', allowedActions: [] });
  expect(await codeOf(await post(url, { answer: { approved: false } }))).toEqual([409, 'NOT_ALLOWED_NOW']);
});

test('a claimed review shows whose it is, and nobody else may answer or claim it until it is given back', async () => {
  await using world = await World.open();
  const run = await start(world);
  const url = `${world.url}/v1/reviews/${run}.approve`;
  expect(await codeOf(await post(`${url}/claim`, { by: 'ann' }))).toEqual([404, 'UNKNOWN_REVIEW']);
  world.toReview(run);
  expect(await codeOf(await post(`${url}/claim`, {}))).toEqual([400, 'INVALID_REQUEST']);
  expect((await post(`${url}/claim`, { by: 'ann' })).status).toBe(200);
  expect((await post(`${url}/claim`, { by: 'ann' })).status).toBe(200);
  const held = { claimedBy: 'ann', group: 'support', allowedActions: ['answer', 'unclaim'] };
  expect(ReviewView.parse(await (await fetch(url)).json())).toMatchObject(held);
  expect(ReviewList.parse(await (await fetch(`${world.url}/v1/reviews`)).json()).items).toMatchObject([held]);
  expect((await get(world, run)).steps[2]).toMatchObject(held);

  for (const [path, body] of [
    [url, { answer: { approved: true }, by: 'bob' }],
    [url, { answer: { approved: true } }],
    [`${url}/claim`, { by: 'bob' }],
    [`${world.url}/v1/runs/${run}/signals/approve`, { payload: { approved: true }, by: 'bob' }],
  ] as const) {
    const response = await post(path, body);
    expect(response.status).toBe(409);
    const { code, detail } = Problem.parse(await response.json());
    expect([code, detail]).toEqual(['REVIEW_CLAIMED', 'ann has claimed approve.']);
  }
  expect((await post(`${url}/unclaim`, { by: 'bob', reason: 'ann is away' })).status).toBe(200);
  expect(await codeOf(await post(`${url}/unclaim`))).toEqual([409, 'NOT_ALLOWED_NOW']);
  expect((await post(url, { answer: { approved: true }, by: 'bob' })).status).toBe(202);
  expect((await get(world, run)).status).toBe('completed');
});

test('an answer that does not fit is refused, field by field, and the review stays open', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  const response = await post(`${world.url}/v1/reviews/${run}.approve`, { answer: { approved: 'yes' } });
  expect(response.status).toBe(422);
  expect(Problem.parse(await response.json())).toMatchObject({
    code: 'INVALID_ANSWER',
    errors: [expect.objectContaining({ pointer: '/approved' })],
  });
  expect((await get(world, run)).status).toBe('waiting');
});

test('a signal reaches the step that waits for it, and only such a step', async () => {
  await using world = await World.open();
  const run = await start(world);
  const signal = (step: string) =>
    post(`${world.url}/v1/runs/${run}/signals/${step}`, { payload: { approved: true }, id: 's1' });
  expect(await codeOf(await signal('approve'))).toEqual([409, 'NOT_ALLOWED_NOW']);
  expect(await codeOf(await signal('classify'))).toEqual([409, 'NOT_ALLOWED_NOW']);
  expect(await codeOf(await signal('nope'))).toEqual([404, 'UNKNOWN_STEP']);
  world.toReview(run);
  expect((await signal('approve')).status).toBe(202);
  expect((await get(world, run)).status).toBe('completed');
});

test('what people do is an event on runs, keyed by the run, packed', async () => {
  await using world = await World.open();
  const run = await start(world);
  await post(`${world.url}/v1/runs/${run}/cancel`, { by: 'ann', reason: 'sent twice' });
  const record = world.published.at(-1)!;
  expect(record).toMatchObject({ topic: 'millrace.runs', key: run, packed: true });
  expect(JSON.parse(String(record.value))).toMatchObject({
    type: 'run.cancel-requested',
    run,
    by: 'ann',
    reason: 'sent twice',
  });
});

test('a run is cancelled once, also without a body', async () => {
  await using world = await World.open();
  const run = await start(world);
  expect((await post(`${world.url}/v1/runs/${run}/cancel`)).status).toBe(202);
  expect((await get(world, run)).status).toBe('cancelled');
  expect(await codeOf(await post(`${world.url}/v1/runs/${run}/cancel`))).toEqual([409, 'NOT_ALLOWED_NOW']);
});

test('of two who claim a review at once one has it, and the other is told who; it can be taken over', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  const url = `${world.url}/v1/reviews/${run}.approve`;
  const names = ['ann', 'bob'];
  const answers = await Promise.all(names.map((by) => post(`${url}/claim`, { by })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const [has, lost] = answers[0]!.status === 200 ? names : [...names].reverse();
  const { code, detail } = Problem.parse(await answers.find(({ status }) => status === 409)!.json());
  expect([code, detail]).toEqual(['REVIEW_CLAIMED', `${has} has claimed approve.`]);
  expect((await post(`${url}/claim`, { by: lost, takeOver: true })).status).toBe(200);
  expect(ReviewView.parse(await (await fetch(url)).json()).claimedBy).toBe(lost);
  expect(world.facts(run).at(-1)).toMatchObject({ type: 'step.claimed', by: lost, from: has });
  expect((await post(url, { answer: { approved: true }, by: has })).status).toBe(409);
});

test('a run is paused and goes on, as often as anybody asks, and shows it', async () => {
  await using world = await World.open();
  const run = await start(world);
  const ask = async (what: string) => (await post(`${world.url}/v1/runs/${run}/${what}`, { by: 'ann' })).status;
  expect((await get(world, run)).allowedActions).toEqual(['cancel', 'pause', 'move']);
  expect([await ask('pause'), await ask('pause')]).toEqual([202, 202]);
  expect(await get(world, run)).toMatchObject({ status: 'paused', allowedActions: ['cancel', 'resume', 'move'] });
  const listed = RunList.parse(await (await fetch(`${world.url}/v1/runs?status=paused`)).json());
  expect(listed.items.map(({ id }) => id)).toEqual([run]);
  expect(await (await fetch(`${world.url}/runs/${run}`)).text()).toContain(`data-post="/v1/runs/${run}/resume"`);
  expect([await ask('resume'), (await get(world, run)).status]).toEqual([202, 'running']);
  await post(`${world.url}/v1/runs/${run}/cancel`);
  expect(await codeOf(await post(`${world.url}/v1/runs/${run}/pause`))).toEqual([409, 'NOT_ALLOWED_NOW']);
});

test('a run that is cancelled with compensation shows what is being undone until it is over', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  expect((await post(`${world.url}/v1/runs/${run}/cancel`, { compensate: true, by: 'ann' })).status).toBe(202);
  const during = await get(world, run);
  expect(during).toMatchObject({ status: 'compensating', compensatingAs: 'cancelled' });
  expect(during.allowedActions).toEqual(['cancel', 'pause']);
  expect(during.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'classify completed',
    'draft completed',
    'approve cancelled',
    'undo:draft running',
  ]);
  expect(during.steps[3]).toMatchObject({ stage: 'forget', input: { text: 'Dear customer' } });
  const page = await (await fetch(`${world.url}/runs/${run}`)).text();
  expect(page).toContain('undo:draft');
  expect(page).not.toContain('Cancel and undo');
  world.failed(run, 'undo:draft');
  expect(await get(world, run)).toMatchObject({ status: 'dead-lettered' });
  const { items } = DeadLetterList.parse(await (await fetch(`${world.url}/v1/dead-letters?status=open`)).json());
  expect(items).toEqual([expect.objectContaining({ run, step: 'undo:draft' })]);
  expect((await post(`${world.url}/v1/dead-letters/${items[0]!.id}/redrive`)).status).toBe(202);
  world.completed(run, 'undo:draft', {});
  expect((await get(world, run)).status).toBe('cancelled');
});

test('a run that is not accepted yet cannot be acted on yet', async () => {
  await using world = await World.open();
  world.accepts = false;
  const run = await start(world);
  expect(await codeOf(await post(`${world.url}/v1/runs/${run}/cancel`))).toEqual([409, 'NOT_ALLOWED_NOW']);
});

test('redriving a parked step goes on from that step', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const { items } = DeadLetterList.parse(await (await fetch(`${world.url}/v1/dead-letters?status=open`)).json());
  expect(items).toEqual([expect.objectContaining({ run, step: 'draft', allowedActions: ['redrive'] })]);
  const [letter] = items;
  expect(letter!.failure.remedy).not.toBe('');
  expect((await post(`${world.url}/v1/dead-letters/${letter!.id}/redrive`, { by: 'ann' })).status).toBe(202);
  const after = await get(world, run);
  expect(after.steps.map(({ status }) => status)).toEqual(['completed', 'running', 'pending']);
  expect(after.steps[1]!.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  // The store may still say open; the run knows better.
  expect(await codeOf(await post(`${world.url}/v1/dead-letters/${letter!.id}/redrive`))).toEqual([
    409,
    'NOT_ALLOWED_NOW',
  ]);
});

describe('redriving an unreadable record', () => {
  const record = {
    topic: 'millrace.intake',
    partition: 1,
    offset: 7,
    timestamp: 1_700_000_000_000,
    key: Buffer.from([0xff, 1]).toString('base64'),
    value: Buffer.from('{"text":').toString('base64'),
    headers: { pipeline: 'reply', 'x-own': 'kept' },
  };
  const letter = {
    id: 'dl_1',
    status: 'open',
    at: 1_700_000_000_000,
    failure: { code: 'INVALID_JSON', kind: 'permanent', message: 'No JSON.' },
    run: undefined,
    pipeline: 'reply',
    step: undefined,
    stage: undefined,
    attempts: 0,
    input: undefined,
    record,
  } as const;

  test('publishes its original key, bytes and headers, so that doing it twice is still one run', async () => {
    await using world = await World.open();
    world.deadLetters.set('dl_1', letter);
    const shown = DeadLetterView.parse(await (await fetch(`${world.url}/v1/dead-letters/dl_1`)).json());
    expect(shown.record).toMatchObject({ value: record.value, offset: 7 });
    expect((await post(`${world.url}/v1/dead-letters/dl_1/redrive`)).status).toBe(202);
    const [sent] = world.published;
    expect(sent!.key).toEqual(Buffer.from([0xff, 1]));
    expect(String(sent!.value)).toBe('{"text":');
    expect(sent!.headers).toEqual({
      pipeline: 'reply',
      'x-own': 'kept',
      'idempotency-key': 'dl_1',
      'millrace-dead-letter': 'dl_1',
      'millrace-redrives': '1',
    });
  });

  test.each([
    ['goes to the partition that it came from', 1, 1],
    ['goes to any, where its topic no longer has that partition', 3_000_000_000, undefined],
  ])('a record without a key %s', async (_, from, to) => {
    await using world = await World.open();
    world.deadLetters.set('dl_1', { ...letter, record: { ...record, partition: from, key: null } });
    expect((await post(`${world.url}/v1/dead-letters/dl_1/redrive`)).status).toBe(202);
    expect(world.published[0]).toMatchObject({ topic: 'millrace.intake', key: null });
    expect(world.published[0]!.partition).toBe(to);
  });

  test('takes it from the log where that still has it, with headers that are no text', async () => {
    await using world = await World.open();
    world.deadLetters.set('dl_1', letter);
    const binary = [Buffer.from([0xff]), Buffer.from([0xfe])];
    const { topic, partition, offset, timestamp } = record;
    const headers = { 'x-bin': binary, 'idempotency-key': Buffer.from('mine'), 'millrace-redrives': Buffer.from('2') };
    world.browsed = [{ topic, partition, offset, timestamp, key: null, value: Buffer.from('raw'), headers }];
    await post(`${world.url}/v1/dead-letters/dl_1/redrive`);
    expect(world.published[0]).toMatchObject({ key: null, value: Buffer.from('raw') });
    expect(world.published[0]!.headers).toEqual({
      'x-bin': binary,
      'idempotency-key': Buffer.from('mine'),
      'millrace-dead-letter': 'dl_1',
      'millrace-redrives': '3',
    });
  });

  test.each([
    'millrace.control',
    'millrace.plans',
    'millrace.pauses',
    'millrace.limits',
    'millrace.results',
    'millrace.dead-letters',
    'millrace.stage.nobody',
    'millrace.stage.',
    'payments',
    '__consumer_offsets',
    '',
  ])('is never sent to "%s", which Millrace takes nothing from, whatever the letter says', async (topic) => {
    await using world = await World.open();
    const forged = { topic, partition: 0, offset: 0, timestamp: 0, key: null, value: Buffer.from('{}'), headers: {} };
    world.browsed = [forged];
    world.deadLetters.set('dl_1', { ...letter, record: { ...record, topic, partition: 0, offset: 0, timestamp: 0 } });
    expect(await codeOf(await post(`${world.url}/v1/dead-letters/dl_1/redrive`))).toEqual([409, 'REDRIVE_REFUSED']);
    expect(world.published).toEqual([]);
  });

  test.each(['millrace.stage.classify', 'millrace.stage.forget', 'millrace.deployments'])(
    'is sent to %s only as it stands there already: who may write dead letters does not get to write commands',
    async (topic) => {
      await using world = await World.open();
      world.deadLetters.set('dl_1', { ...letter, record: { ...record, topic } });
      const redrive = () => post(`${world.url}/v1/dead-letters/dl_1/redrive`);
      expect(await codeOf(await redrive())).toEqual([409, 'REDRIVE_REFUSED']);
      expect(world.published).toEqual([]);
      const { partition, offset, timestamp } = record;
      world.browsed = [{ topic, partition, offset, timestamp, key: null, value: Buffer.from('raw'), headers: {} }];
      expect((await redrive()).status).toBe(202);
      expect(world.published).toMatchObject([{ topic, value: Buffer.from('raw') }]);
    },
  );

  test('is refused once it was done', async () => {
    await using world = await World.open();
    world.deadLetters.set('dl_1', { ...letter, status: 'redriven' });
    expect(await codeOf(await post(`${world.url}/v1/dead-letters/dl_1/redrive`))).toEqual([409, 'NOT_ALLOWED_NOW']);
  });
});

test('what was answered on the page shows at once in the list', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  await post(`${world.url}/v1/reviews/${run}.approve`, { answer: { approved: true } });
  await until(async () => ReviewList.parse(await (await fetch(`${world.url}/v1/reviews`)).json()).items.length === 0);
});
