import { MillraceClient, MillraceProblem, type PipelineView } from '@millrace/client';
import { openApi } from '@millrace/gateway';
import { z } from 'zod';
import { CLEAR, sample } from './api.js';
import { until } from './processes.js';
import { startStandalone, type StandaloneProcess } from './standalone-process.js';

const PIPELINE = 'support-email';
const asked = new Set<string>();
let installation: StandaloneProcess;
let millrace: MillraceClient;
beforeAll(async () => {
  installation = await startStandalone();
  millrace = new MillraceClient({
    url: installation.service.url,
    fetch: (request) => {
      asked.add(`${request.method} ${new URL(request.url).pathname}`);
      return fetch(request);
    },
  });
});
afterAll(() => installation[Symbol.asyncDispose]());

const refusal = async (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => (error instanceof MillraceProblem ? error.code : error),
  );

/** A run that waits for a person. */
async function waiting(key: string): Promise<string> {
  const { id } = await millrace.runs.startFromMail(
    sample('ambiguous'),
    { pipeline: PIPELINE },
    { idempotencyKey: key },
  );
  await until(`${key} waits`, async () => (await millrace.runs.get(id)).status === 'waiting');
  return id;
}

/** A plan that differs from the one that is deployed in its output alone. */
async function marked(mark: string) {
  const { definition, contracts } = await millrace.pipelines.version({ name: PIPELINE, version: 1 });
  const plan = definition as { pipeline: string; output: object };
  return { plan: { ...plan, output: { ...plan.output, mark } }, contracts };
}

test('runs: one key is one run, which is followed to its end, and listed with its history', async () => {
  const start = () =>
    millrace.runs.start({ pipeline: PIPELINE, input: CLEAR, priority: 'high' }, { idempotencyKey: 'client-1' });
  const [{ id }, again] = [await start(), await start()];
  expect(again.id).toBe(id);
  const types: string[] = [];
  for await (const { seq, type } of millrace.runs.follow(id)) types[seq - 1] = type;
  expect([types[0], types.at(-1)]).toEqual(['run.accepted', 'run.completed']);
  expect((await millrace.runs.history(id)).items.map(({ type }) => type)).toEqual(types);
  expect(await millrace.runs.ended(id, { after: types.length })).toMatchObject({ id, status: 'completed' });
  const listed = await millrace.runs.list({ pipeline: PIPELINE, status: 'completed', limit: 1 }).all();
  expect(listed.map((run) => run.id)).toContain(id);
});

test('runs: one that waits is paused, goes on and is cancelled, which whoever follows it sees', async () => {
  const id = await waiting('client-2');
  const seen: string[] = [];
  const followed = (async () => {
    for await (const { type } of millrace.runs.follow(id)) seen.push(type);
  })();
  await millrace.runs.pause(id, { by: 'ann' });
  await until('it is paused', async () => (await millrace.runs.get(id)).status === 'paused');
  await millrace.runs.resume(id, { by: 'ann', reason: 'enough' });
  await until('it goes on', async () => (await millrace.runs.get(id)).status === 'waiting');
  expect(await refusal(millrace.runs.move(id, { to: 7, from: 'draft' }))).toBe('UNKNOWN_VERSION');
  expect(await refusal(millrace.runs.signal({ run: id, step: 'nobody' }, { payload: 1 }))).toBe('UNKNOWN_STEP');
  await millrace.runs.cancel(id, { by: 'ann' });
  await followed;
  expect(seen).toEqual(expect.arrayContaining(['run.paused', 'run.resumed', 'run.cancelled']));
});

test('runs: the token of a callback that is none is refused', async () => {
  expect(await refusal(millrace.runs.answerCallback('nonsense', {}))).toBe('UNKNOWN_CALLBACK');
});

test('reviews: one is found, claimed, given back and answered, and an answer that does not fit says where', async () => {
  const run = await waiting('client-3');
  const id = `${run}.approve`;
  const open = await millrace.reviews.list({ pipeline: PIPELINE }).all();
  expect(open.map((review) => review.id)).toContain(id);
  await millrace.reviews.claim(id, { by: 'ann' });
  await until('it is claimed', async () => (await millrace.reviews.get(id)).claimedBy === 'ann');
  expect(await refusal(millrace.reviews.claim(id, { by: 'bob' }))).toBe('REVIEW_CLAIMED');
  await millrace.reviews.unclaim(id, { by: 'ann' });
  await until('it is given back', async () => (await millrace.reviews.get(id)).claimedBy === undefined);
  const misfit = await millrace.reviews.answer(id, { answer: { approved: 'yes' } }).catch((error: unknown) => error);
  expect(misfit).toMatchObject({ code: 'INVALID_ANSWER', errors: [{ pointer: '/approved' }] });
  await millrace.reviews.answer(id, { answer: { approved: true, text: 'Yes.' }, by: 'ann' });
  expect(await millrace.runs.ended(run)).toMatchObject({ status: 'completed', output: { reply: 'Yes.' } });
});

test('dead letters: they are listed, and one that is not there is neither shown nor sent on', async () => {
  expect(await millrace.deadLetters.list({ status: 'open' }).all()).toEqual([]);
  expect(await refusal(millrace.deadLetters.get('dl_nobody'))).toBe('UNKNOWN_DEAD_LETTER');
  expect(await refusal(millrace.deadLetters.redrive('dl_nobody'))).toBe('UNKNOWN_DEAD_LETTER');
});

test('dead letters: one is found in its group, kept track of, resolved, reopened and redriven', async () => {
  const { deadLetters } = millrace;
  const run = await millrace.runs.startFromMail('Subject: \r\n\r\n', { pipeline: PIPELINE });
  const [letter] = await until('it is parked', async () => {
    const letters = await deadLetters.list({ status: 'open', stage: 'intake' }).all();
    return letters.length > 0 && letters;
  });
  const { id, fingerprint } = letter!;
  expect(await deadLetters.get(id)).toMatchObject({ run: run.id, tries: [{ attempt: 1 }] });
  expect(await deadLetters.groups({ fingerprint }).all()).toMatchObject([{ fingerprint, count: 1, newest: id }]);
  await deadLetters.assign(id, { to: 'bob', by: 'ann' });
  await deadLetters.note(id, { text: 'Empty.' });
  await deadLetters.tag(id, { add: ['empty'] });
  const tickets = ['https://tickets.example/7'];
  const kept = { assignee: 'bob', notes: [{ text: 'Empty.' }], tags: ['empty'], tickets };
  expect(await deadLetters.link(id, { url: tickets[0]! })).toMatchObject(kept);
  expect(await deadLetters.resolve(id, { by: 'ann' })).toMatchObject({
    status: 'resolved',
    allowedActions: ['reopen'],
  });
  expect(await refusal(deadLetters.redrive(id))).toBe('DEAD_LETTER_TAKEN');
  expect(await deadLetters.reopen(id)).toMatchObject({ status: 'open' });
  expect(await deadLetters.redrive(id, { by: 'ann' })).toMatchObject({ id: run.id });
});

test('jobs: one is previewed, begun, listed, paused, resumed and stopped; the trail says who did it', async () => {
  const { jobs, audit } = millrace;
  const work = { kind: 'resolve', filter: { pipeline: PIPELINE }, by: 'ann', perSecond: 0.01 } as const;
  await until('the letter has come back', async () => (await jobs.preview(work)).letters === 1);
  const { id } = await jobs.begin(work);
  const over = await jobs.begin({ ...work, filter: { stage: 'nobody' } });
  expect(await jobs.get(over.id)).toMatchObject({ status: 'completed', total: 0 });
  expect((await jobs.list().all()).map((job) => job.id)).toEqual(expect.arrayContaining([id, over.id]));
  expect(await jobs.items(id).all()).toHaveLength(1);
  for (const change of ['pause', 'resume', 'stop'] as const)
    expect(await refusal(jobs[change](over.id))).toBe('NOT_ALLOWED_NOW');
  expect(await audit.list({ subject: id }).all()).toMatchObject([{ kind: 'job.resolve', by: 'ann' }]);
  expect(await audit.check()).not.toHaveProperty('broken');
});

test('runs: one is replayed from a step, which effects outside need leave for', async () => {
  const [run] = await millrace.runs.list({ pipeline: PIPELINE, status: 'completed' }).all();
  expect(await refusal(millrace.runs.replay(run!.id, { from: 'draft' }))).toBe('EFFECTS_NOT_ALLOWED');
  const body = { from: 'draft', allowEffects: true, by: 'ann' };
  expect((await millrace.runs.previewReplay(run!.id, body)).executed).toContain('send');
  const { id } = await millrace.runs.replay(run!.id, body);
  await until('it has begun', () => millrace.runs.get(id).catch(() => undefined));
  expect(await millrace.runs.get(id)).toMatchObject({ replayOf: { run: run!.id, from: 'draft' } });
  expect(await millrace.runs.get(run!.id)).toMatchObject({ replays: [id] });
});

test('pipelines: a version is checked, deployed as a canary, promoted and taken back, and shown with what distinguishes it', async () => {
  const { pipelines } = millrace;
  expect((await pipelines.list().all()).map(({ name }) => name)).toContain(PIPELINE);
  const shown: PipelineView = await pipelines.get(PIPELINE);
  expect(shown.mermaid).toContain('flowchart');
  const next = await marked('client');
  expect(await pipelines.check(PIPELINE, next)).toMatchObject({ breaks: [], complete: true });
  const deploy = () => pipelines.deploy(PIPELINE, { ...next, share: 0.5, by: 'ann' }, { idempotencyKey: 'deploy-1' });
  const deployed = await deploy();
  expect(deployed).toMatchObject({ status: 'applied', pipeline: PIPELINE, version: 2 });
  expect((await deploy()).id).toBe(deployed.id);
  expect(await pipelines.deployment(deployed.id)).toMatchObject({ version: 2 });
  expect(await pipelines.route(PIPELINE, { action: 'promote' })).toMatchObject({ version: 2 });
  expect(await pipelines.route(PIPELINE, { action: 'rollback' })).toMatchObject({ version: 1 });
  expect((await pipelines.versions(PIPELINE)).items.map(({ version }) => version)).toEqual([2, 1]);
  expect((await pipelines.diff(PIPELINE, { from: '1', to: '2' })).items).not.toEqual([]);
  expect(await refusal(pipelines.route(PIPELINE, { action: 'promote' }))).toBe('NO_CANARY');
});

test('pipelines: one is paused and goes on', async () => {
  await millrace.pipelines.pause(PIPELINE, { by: 'ann' });
  expect((await millrace.pipelines.get(PIPELINE)).paused).toMatchObject({ by: 'ann' });
  await millrace.pipelines.resume(PIPELINE);
  expect((await millrace.pipelines.get(PIPELINE)).paused).toBeUndefined();
});

test('jobs: runs are replayed, compared and erased in bulk, each previewed before', async () => {
  const { jobs } = millrace;
  const { id } = await millrace.runs.start({ pipeline: PIPELINE, input: CLEAR }, { idempotencyKey: 'client-bulk' });
  await millrace.runs.ended(id);
  await millrace.runs.tag(id, { add: ['client-bulk'] });
  const runs = { pipeline: PIPELINE, where: '"client-bulk" in tags' };
  const ended = (job: string) =>
    until('the job has ended', async () => {
      const view = await jobs.get(job);
      return view.status === 'completed' && view;
    });
  expect(await refusal(jobs.replay({ runs, from: 'send' }))).toBe('EFFECTS_NOT_ALLOWED');
  const replay = { runs, from: 'comply', allowEffects: true };
  expect(await jobs.previewReplay(replay)).toMatchObject({ runs: 1, effects: ['send'] });
  expect((await ended((await jobs.replay(replay)).id)).items).toMatchObject({ replayed: 1 });
  const compare = { runs, steps: ['classify'] };
  expect(await jobs.previewCompare(compare)).toMatchObject({ runs: 1, executed: ['classify'] });
  const comparison = await jobs.compare(compare);
  expect((await ended(comparison.id)).items).toMatchObject({ same: 1, different: 0 });
  expect(await jobs.comparison(comparison.id)).toMatchObject({ same: 1, steps: [{ step: 'classify', same: 1 }] });
  const erase = { attribute: { name: 'customer', value: 'nobody-at-all' } };
  expect(await jobs.previewErase(erase)).toMatchObject({ items: 0 });
  expect((await ended((await jobs.erase(erase)).id)).total).toBe(0);
});

test('stages: one is limited, paused and goes on', async () => {
  expect((await millrace.stages.list().all()).map(({ name }) => name)).toContain('draft');
  expect(await millrace.stages.limit('draft', { concurrency: 16, perSecond: 100 })).toMatchObject({
    limits: { concurrency: 16, perSecond: 100 },
  });
  expect((await millrace.stages.limit('draft', {})).limits?.concurrency).toBeUndefined();
  expect((await millrace.stages.pause('draft', { by: 'ann' })).paused).toMatchObject({ by: 'ann' });
  expect((await millrace.stages.resume('draft')).paused).toBeUndefined();
  expect(await refusal(millrace.stages.pause('nobody'))).toBe('UNKNOWN_STAGE');
});

test('models: a quota, a budget and prices are set, shown and removed', async () => {
  const { models } = millrace;
  const which = { provider: 'openai-compatible', model: 'small' };
  expect(await models.quota({ ...which, requests: 600, tokens: 100_000, by: 'ann' })).toMatchObject({ requests: 600 });
  await models.budget({ name: 'day', per: 'day', money: 10, atLimit: 'warn' });
  await models.prices({ version: '1', currency: 'EUR', prices: [{ ...which, input: 0.15, output: 0.6 }] });
  const shown = await until('all of it is shown', async () => {
    const all = await models.get();
    return all.prices && all.budgets.length > 0 && all.quotas.length > 0 ? all : undefined;
  });
  expect(shown).toMatchObject({
    quotas: [{ ...which, tenant: '*', tokens: 100_000, by: 'ann' }],
    budgets: [{ name: 'day', atLimit: 'warn' }],
    prices: { currency: 'EUR' },
    calls: [],
  });
  await models.quota(which);
  await models.budget({ name: 'day', per: 'day' });
  await until('they are removed', async () => {
    const { quotas, budgets } = await models.get();
    return quotas.length + budgets.length === 0 || undefined;
  });
  expect((await models.spending({ from: '2026-01-01' })).items).toEqual([]);
});

test('schedules: one is made, listed and removed', async () => {
  const schedule = { pipeline: PIPELINE, name: 'mondays' };
  await millrace.schedules.make({ ...schedule, cron: '0 9 * * 1', zone: 'Europe/Berlin', input: CLEAR });
  expect((await millrace.schedules.list({ pipeline: PIPELINE })).items).toMatchObject([{ name: 'mondays' }]);
  await millrace.schedules.remove(schedule);
  expect((await millrace.schedules.list()).items).toEqual([]);
  expect(await refusal(millrace.schedules.make({ ...schedule, cron: 'never', input: CLEAR }))).toBe('SCHEDULE_REFUSED');
});

test('recoveries: one that changes nothing says that nothing is lacking', async () => {
  const { id } = await millrace.recoveries.begin({ apply: false });
  const done = await until('it is done', async () => {
    const report = await millrace.recoveries.get(id).catch(() => undefined);
    return report?.status === 'under-way' ? undefined : report;
  });
  expect(done).toMatchObject({ status: 'done', applied: false, missing: [] });
});

test('runs: one is tagged, and counted by its tags', async () => {
  const id = await waiting('client-tagged');
  await millrace.runs.tag(id, { add: ['client-vip'], by: 'ann' });
  const counted = () => millrace.runs.count({ by: 'tags', where: '"client-vip" in tags' });
  await until('it has the tag', async () => (await counted()).values.length > 0);
  expect((await counted()).values).toEqual([{ value: 'client-vip', count: 1 }]);
});

test('runs: a note on one is shown with it, with who wrote it', async () => {
  const id = await waiting('client-noted');
  await millrace.runs.note(id, { text: 'Ann has called.', by: 'bob' });
  await until('it has the note', async () => (await millrace.runs.get(id)).notes);
  expect((await millrace.runs.get(id)).notes).toMatchObject([{ text: 'Ann has called.', by: 'bob' }]);
  expect(await millrace.audit.list({ subject: id }).all()).toMatchObject([{ kind: 'run.note', by: 'bob' }]);
});

test('runs: what became of one later is shown with it, and finds it', async () => {
  const id = await waiting('client-outcome');
  await millrace.runs.reportOutcome(id, { name: 'rating', value: 2, comment: 'slow', by: 'ann' });
  expect((await millrace.runs.get(id)).outcomes).toMatchObject([{ name: 'rating', value: 2, by: 'ann' }]);
  const found = await millrace.runs.list({ where: 'outcomes.rating < 3' }).page();
  expect(found.items.map((run) => run.id)).toContain(id);
  const nobody = { attribute: { name: 'customer', value: 'nobody' }, name: 'rating', value: 1 };
  expect(await refusal(millrace.runs.reportOutcomeByAttribute(nobody))).toBe('UNKNOWN_RUN');
  expect(
    await refusal(millrace.runs.reportOutcome('run_00000000000000000000000000', { name: 'rating', value: 1 })),
  ).toBe('UNKNOWN_RUN');
});

test('runs: what a step writes ends where the step is over', async () => {
  const { id } = await millrace.runs.start({ pipeline: PIPELINE, input: CLEAR }, { idempotencyKey: 'client-text' });
  await millrace.runs.ended(id);
  const written = [];
  for await (const event of millrace.runs.text({ run: id, step: 'draft' })) written.push(event);
  expect(written.filter(({ type }) => type === 'text')).toEqual([]);
});

test('changes of lists are told as they happen, after a first word that names all', async () => {
  const watching = new AbortController();
  const seen = [];
  for await (const change of millrace.changes({ signal: watching.signal })) {
    seen.push(change.of);
    if (seen.length === 1)
      await millrace.runs.start({ pipeline: PIPELINE, input: CLEAR }, { idempotencyKey: 'client-changes' });
    else break;
  }
  watching.abort();
  expect(seen[0]).toEqual(['store', 'stages', 'models']);
  expect(seen[1]).toContain('store');
});

test('blobs: a text that is too long for a record is shown as a reference, by which its bytes are downloaded', async () => {
  const text = 'I lost my card. '.repeat(10_000);
  const { id } = await millrace.runs.start({ pipeline: PIPELINE, input: { ...CLEAR, text } });
  await until('it is accepted', async () => (await refusal(millrace.runs.get(id))) === undefined);
  const { input } = await millrace.runs.get(id);
  const Shown = z.object({ text: z.object({ $blob: z.object({ run: z.string(), sha256: z.string() }) }) });
  const bytes = await millrace.runs.blob(Shown.parse(input).text.$blob);
  expect(Buffer.from(bytes).toString()).toBe(text);
});

test('topics: they are listed and shown, and their records read', async () => {
  const { items } = await millrace.topics.list();
  const { name } = items.find((topic) => topic.name.endsWith('intake') && topic.stage === undefined)!;
  expect(await millrace.topics.get(name)).toMatchObject({ name });
  expect((await millrace.topics.records(name, { limit: 1 })).items).toHaveLength(1);
});

test('an overview counts runs by status, reviews and dead letters', async () => {
  const { runs, reviews } = await millrace.overview({ pipeline: PIPELINE });
  expect(runs.completed?.count).toBeGreaterThan(0);
  expect(reviews.count).toBeGreaterThanOrEqual(0);
});

test('health is asked for without an error, whatever it is', async () => {
  expect(await millrace.probe('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
  expect(await new MillraceClient({ url: 'http://127.0.0.1:1' }).probe('/readyz')).toBeUndefined();
});

test('every operation of the OpenAPI document is one of the client’s', () => {
  const { paths } = openApi() as { paths: Record<string, Record<string, object>> };
  const reached = (method: string, path: string) => {
    const matches = new RegExp(`^${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return [...asked].some((request) => matches.test(request));
  };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method, path] as const),
  );
  expect(all.filter(([method, path]) => !reached(method, path))).toEqual([]);
});
