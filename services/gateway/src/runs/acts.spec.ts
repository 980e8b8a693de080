import { contractRecord, failure } from '@millrace/contracts';
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
import { loadPlan } from '@millrace/pipeline/engine';
import { reply } from '../testing/reply.js';
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

test('a run is tagged by an act that says who and why, whether it has ended or not', async () => {
  await using world = await World.open();
  const run = await start(world);
  const url = (id: string) => `${world.url}/v1/runs/${id}/tags`;
  expect((await post(url(run), { add: ['vip'], by: 'ann', reason: 'called' })).status).toBe(202);
  expect(world.letterRequests).toMatchObject([
    { type: 'run.tag-requested', run, add: ['vip'], by: 'ann', reason: 'called' },
  ]);
  expect(await codeOf(await post(url('run_none'), { add: ['vip'] }))).toEqual([404, 'UNKNOWN_RUN']);
  expect(await codeOf(await post(url(run), { add: [''] }))).toEqual([400, 'INVALID_REQUEST']);
});

test('a note on a run is an act that says who wrote it, whether the run has ended or not', async () => {
  await using world = await World.open();
  const run = await start(world);
  const url = (id: string) => `${world.url}/v1/runs/${id}/notes`;
  expect((await post(url(run), { text: 'Ann has called.', by: 'bob' })).status).toBe(202);
  expect(world.letterRequests).toMatchObject([{ type: 'run.note-requested', run, text: 'Ann has called.', by: 'bob' }]);
  expect(await codeOf(await post(url('run_none'), { text: 'x' }))).toEqual([404, 'UNKNOWN_RUN']);
  expect(await codeOf(await post(url(run), { text: '' }))).toEqual([400, 'INVALID_REQUEST']);
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
  expect(items).toEqual([expect.objectContaining({ run, step: 'draft', allowedActions: ['redrive', 'resolve'] })]);
  const [letter] = items;
  expect(letter!.failure.remedy).not.toBe('');
  expect((await post(`${world.url}/v1/dead-letters/${letter!.id}/redrive`, { by: 'ann' })).status).toBe(202);
  const after = await get(world, run);
  expect(after.steps.map(({ status }) => status)).toEqual(['completed', 'running', 'pending']);
  expect(after.steps[1]!.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  // The store may still say open; the run knows better.
  expect(await codeOf(await post(`${world.url}/v1/dead-letters/${letter!.id}/redrive`))).toEqual([
    409,
    'DEAD_LETTER_TAKEN',
  ]);
});

const record = {
  topic: 'millrace.intake',
  partition: 1,
  offset: 7,
  timestamp: 1_700_000_000_000,
  key: Buffer.from([0xff, 1]).toString('base64'),
  value: Buffer.from('{"text":').toString('base64'),
  headers: { pipeline: 'reply', 'x-own': 'kept' },
};
const unread = {
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

test('a redrive that somebody else was first with is refused, and names them; so is one of a letter that came back too often', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id] = [...world.deadLetters.keys()];
  for (const code of ['DEAD_LETTER_TAKEN', 'REDRIVES_USED_UP', 'REDRIVE_REFUSED'] as const) {
    world.nextActOutcome = { status: 'refused', failure: failure(code, 'Ann was first.') };
    expect(await codeOf(await post(`${world.url}/v1/dead-letters/${id}/redrive`))).toEqual([409, code]);
  }
  world.nextActOutcome = { status: 'applied', unchanged: false };
  expect((await post(`${world.url}/v1/dead-letters/${id}/redrive`, { by: 'ann' })).status).toBe(202);
  const again = await post(`${world.url}/v1/dead-letters/${id}/redrive`);
  expect(await again.json()).toMatchObject({
    code: 'DEAD_LETTER_TAKEN',
    detail: expect.stringContaining('ann redrove') as string,
  });
});

test('a dry run of a redrive says whether it would be refused, and asks for nothing', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id] = [...world.deadLetters.keys()];
  expect((await post(`${world.url}/v1/dead-letters/${id}/redrive`, { dryRun: true })).status).toBe(202);
  expect(world.letterRequests).toEqual([]);
  await post(`${world.url}/v1/runs/${run}/cancel`);
  expect(await codeOf(await post(`${world.url}/v1/dead-letters/${id}/redrive`, { dryRun: true }))).toEqual([
    409,
    'NOT_ALLOWED_NOW',
  ]);
});

test('a dry run of a redrive says that a letter has come back too often', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id, letter] = [...world.deadLetters][0]!;
  world.deadLetters.set(id, { ...letter, redrives: 2 });
  const redrive = (maxRedrives: number) =>
    post(`${world.url}/v1/dead-letters/${id}/redrive`, { dryRun: true, maxRedrives });
  expect(await codeOf(await redrive(2))).toEqual([409, 'REDRIVES_USED_UP']);
  expect((await redrive(3)).status).toBe(202);
});

test('a redrive on another version is refused where there is no such version, or the version has no such step, before anything is sent', async () => {
  await using world = await World.open();
  const { draft: _, ...steps } = reply.plan.steps;
  const without = loadPlan({ ...reply.plan, steps: { classify: steps['classify']! }, output: { $ref: ['classify'] } });
  world.plans.set(without.hash, without.plan);
  world.versions.push({ ...world.versions[0]!, version: 2, plan: without.hash });
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id] = [...world.deadLetters.keys()];
  const redrive = (body: object) => post(`${world.url}/v1/dead-letters/${id}/redrive`, body);
  for (const dryRun of [true, false]) {
    for (const to of [3, 'p_nobody'])
      expect(await codeOf(await redrive({ to, dryRun }))).toEqual([404, 'UNKNOWN_VERSION']);
    expect(await codeOf(await redrive({ to: 2, dryRun }))).toEqual([422, 'MOVE_REFUSED']);
    expect(await codeOf(await redrive({ to: 1, dryRun, input: {} }))).toEqual([409, 'NOT_ALLOWED_NOW']);
  }
  expect(world.letterRequests).toEqual([]);
  expect((await redrive({ to: 1, by: 'ann' })).status).toBe(202);
  expect(world.letterRequests).toMatchObject([{ by: 'ann', act: { do: 'redrive', plan: world.plan.hash } }]);
});

test('a redrive with another input is checked against the contract of the stage before anything is sent', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id] = [...world.deadLetters.keys()];
  const redrive = (input: unknown) => post(`${world.url}/v1/dead-letters/${id}/redrive`, { input });
  expect(await codeOf(await redrive({ text: 5 }))).toEqual([409, 'NOT_ALLOWED_NOW']);
  const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
  world.contracts.set('draft', { input: text, output: {} });
  const refused = await redrive({ text: 5 });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ code: 'INVALID_INPUT', errors: [{ pointer: '/input/text' }] });
  expect(world.letterRequests).toEqual([]);
  expect((await redrive({ text: 'Hi' })).status).toBe(202);
  expect(world.letterRequests).toMatchObject([{ act: { do: 'redrive', input: { text: 'Hi' } } }]);
});

test('a dead letter shows each attempt that led to it, with its times, and the trace of its run', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
  world.failed(run, 'draft');
  const [id] = [...world.deadLetters.keys()];
  const shown = DeadLetterView.parse(await (await fetch(`${world.url}/v1/dead-letters/${id}`)).json());
  expect(shown.traceId).toBe((await get(world, run)).traceId);
  expect(shown.tries).toEqual([
    expect.objectContaining({
      attempt: 1,
      failure: expect.objectContaining({ code: 'STAGE_INPUT_INVALID' }) as object,
    }),
  ]);
});

test.each([
  ['resolve', {}, { do: 'resolve' }],
  ['reopen', {}, { do: 'reopen' }],
  ['assign', { to: 'bob' }, { do: 'assign', to: 'bob' }],
  ['notes', { text: 'Looking.' }, { do: 'note', text: 'Looking.' }],
  ['tags', { add: ['bank'], remove: ['new'] }, { do: 'tag', add: ['bank'], remove: ['new'] }],
  ['tickets', { url: 'https://tickets.example/7' }, { do: 'link', url: 'https://tickets.example/7' }],
])('%s asks for the act on the dead letter, with who and why', async (path, body, act) => {
  await using world = await World.open();
  world.deadLetters.set('dl_1', unread);
  const answer = await post(`${world.url}/v1/dead-letters/dl_1/${path}`, { ...body, by: 'ann', reason: 'Because.' });
  expect(answer.status).toBe(200);
  expect(world.letterRequests).toMatchObject([{ letter: 'dl_1', act, by: 'ann', reason: 'Because.' }]);
});

test('a link that is no URL of the web is refused', async () => {
  await using world = await World.open();
  world.deadLetters.set('dl_1', unread);
  const body = { url: 'javascript:alert(1)' };
  expect(await codeOf(await post(`${world.url}/v1/dead-letters/dl_1/tickets`, body))).toEqual([400, 'INVALID_REQUEST']);
});

test('a redrive of a record is refused once it was done', async () => {
  await using world = await World.open();
  world.deadLetters.set('dl_1', { ...unread, status: 'redriven' });
  expect(await codeOf(await post(`${world.url}/v1/dead-letters/dl_1/redrive`))).toEqual([409, 'NOT_ALLOWED_NOW']);
});

test('a review that was answered is gone from the list at once', async () => {
  await using world = await World.open();
  const run = await start(world);
  world.toReview(run);
  await post(`${world.url}/v1/reviews/${run}.approve`, { answer: { approved: true } });
  await until(async () => ReviewList.parse(await (await fetch(`${world.url}/v1/reviews`)).json()).items.length === 0);
});

describe('a replay', () => {
  const replay = async (world: World, run: string, body: object) =>
    post(`${world.url}/v1/runs/${run}/replay`, { by: 'ann', ...body });

  test('says what it would execute, and asks for a run of its own', async () => {
    await using world = await World.open();
    const run = await start(world);
    world.toReview(run);
    const preview = await replay(world, run, { from: 'draft', dryRun: true });
    expect(await preview.json()).toMatchObject({ kept: ['classify'], executed: ['draft', 'approve'], effects: [] });
    expect(world.letterRequests).toEqual([]);
    const answer = await replay(world, run, { from: 'draft' });
    expect(answer.status).toBe(202);
    expect(Accepted.parse(await answer.json()).id).not.toBe(run);
    expect(world.letterRequests).toMatchObject([{ type: 'replay.requested', run, from: 'draft', by: 'ann' }]);
  });

  test('of steps that have effects outside is refused by name, until they are allowed', async () => {
    await using world = await World.open();
    const contract = { input: {}, output: {}, effects: true } as const;
    await world.runtime.broker.publish([contractRecord(world.runtime.topics, 'draft', { contract, id: 'evt_1' })]);
    const run = await start(world);
    world.toReview(run);
    const refused = await replay(world, run, { from: 'draft' });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { code: 'EFFECTS_NOT_ALLOWED', errors: [{ pointer: '/steps/draft' }] },
    ]);
    expect((await replay(world, run, { from: 'approve' })).status).toBe(202);
    expect((await replay(world, run, { from: 'draft', allowEffects: true })).status).toBe(202);
  });

  test('of a step that the run has not reached is refused, and names what has not ended', async () => {
    await using world = await World.open();
    const run = await start(world);
    const refused = await replay(world, run, { from: 'approve' });
    expect(await refused.json()).toMatchObject({ code: 'MOVE_REFUSED', errors: [{ pointer: '/steps/classify' }, {}] });
  });
});
