import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deploymentRecord,
  intakeRecord,
  type JobChangeRequested,
  type LetterWork,
  type LetterAct,
  type LetterRequest,
  randomId,
  RunEvent,
  type StepCommand,
} from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Anything = z.looseObject({});
const Done = z.object({ ok: z.boolean() });
const prepare = defineStage({ name: 'prepare', input: Anything, output: Done });
const work = defineStage({ name: 'work', input: Anything, output: Done });
const letters = pipeline({ name: 'letters', input: Anything }, ({ input, step }) => {
  const prepared = step('prepare', prepare, input);
  return step('work', work, { input, prepared }, { retry: { maxAttempts: 1 } });
});

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-jobs-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;
const consumptions: AsyncDisposable[] = [];
/** The number of times that a stage was asked, by run. */
const asked = { prepare: new Map<string, number>(), work: new Map<string, number>() };
/** The input with which a stage was asked last, by run. */
const inputs = new Map<string, unknown>();
let works = false;

async function serve(stage: 'prepare' | 'work'): Promise<void> {
  await broker.ensureTopics([{ name: topics.stage(stage), partitions: 2 }]);
  const consumption = await broker.consume(
    { topic: topics.stage(stage), group: stage, concurrency: 50 },
    ({ value }) => {
      const { run, step, attempt, input } = JSON.parse(value!.toString()) as StepCommand;
      inputs.set(run, input);
      asked[stage].set(run, (asked[stage].get(run) ?? 0) + 1);
      const at = Date.now();
      const about = { run, step, attempt, at, startedAt: at };
      const failure = { code: 'STAGE_THREW', kind: 'permanent', message: `Order ${asked.work.size} is unknown.` };
      const event =
        stage === 'prepare' || works
          ? { type: 'step.completed', ...about, output: { ok: true } }
          : { type: 'step.failed', ...about, failure };
      const said = RunEvent.parse(event);
      return Promise.resolve([{ topic: topics.runs, key: run, value: JSON.stringify(said), packed: true }]);
    },
  );
  consumptions.push(consumption);
}

async function begin(): Promise<void> {
  running = await startCoordinator(runtime, { store, pipelines: [letters].map((one) => one) });
  await until(async () => (await running!.ready()) === true);
}

beforeAll(async () => {
  await serve('prepare');
  await serve('work');
  await begin();
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  for (const consumption of consumptions) await consumption[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const count = async (status: 'open' | 'redriven' | 'resolved') =>
  (await store.reader.deadLetters({ status, limit: 200 })).items.length;

/** Starts so many runs, and waits until each is parked. */
async function park(runs: number): Promise<readonly string[]> {
  works = false;
  const before = await count('open');
  const at = Date.now();
  const keys = Array.from({ length: runs }, () => randomId('key'));
  await broker.publish(
    keys.map((key) => intakeRecord(topics, { pipeline: 'letters', key, input: {}, source: '/tests', at })),
  );
  await until(async () => (await count('open')) === before + runs);
  const { items } = await store.reader.deadLetters({ status: 'open', limit: 200 });
  return items.slice(0, runs).map(({ id }) => id);
}

const ask = (request: LetterRequest) => broker.publish([deploymentRecord(topics, request, request.id)]);
async function outcomeOf(request: LetterRequest) {
  await ask(request);
  return until(() => store.reader.acts.outcome(request.id));
}
const actOn = (letter: string, act: LetterAct, by = 'ann'): LetterRequest => ({
  type: 'letter.act-requested',
  ...{ id: randomId('act'), at: Date.now(), by, letter, act },
});
const job = (over: Partial<LetterWork> = {}): LetterRequest => ({
  type: 'job.requested',
  ...{ id: randomId('job'), at: Date.now(), by: 'ann', work: { kind: 'redrive', filter: {}, ...over } },
});
const change = (id: string, what: JobChangeRequested['change'], more: { perSecond?: number } = {}) =>
  outcomeOf({ type: 'job.change-requested', id: randomId('act'), at: Date.now(), job: id, change: what, ...more });
const ended = (id: string) =>
  until(async () => {
    const found = await store.reader.jobs.find(id);
    return found && found.endedAt !== undefined && found;
  });
const completed = async (letter: string) => {
  const { run } = (await store.reader.deadLetter(letter))!;
  return until(async () => (await store.reader.run(run!))?.status === 'completed');
};

test('of two who redrive one letter one is answered, the other told who was first; the step is executed once more', async () => {
  const [id] = await park(1);
  works = true;
  const [one, other] = [actOn(id!, { do: 'redrive' }, 'ann'), actOn(id!, { do: 'redrive' }, 'bob')];
  const outcomes = await Promise.all([outcomeOf(one), outcomeOf(other)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['applied', 'refused']);
  const refused = outcomes.find((outcome) => outcome.status === 'refused')!;
  expect(refused.failure).toMatchObject({
    code: 'DEAD_LETTER_TAKEN',
    message: expect.stringMatching(/^(ann|bob) redrove dl_/) as string,
  });
  await completed(id!);
  const { run } = (await store.reader.deadLetter(id!))!;
  expect([asked.prepare.get(run!), asked.work.get(run!)]).toEqual([1, 2]);
}, 30_000);

test('a letter that was resolved is not redriven, until it is reopened', async () => {
  const [id] = await park(1);
  works = true;
  expect(await outcomeOf(actOn(id!, { do: 'resolve' }))).toMatchObject({ status: 'applied' });
  expect(await outcomeOf(actOn(id!, { do: 'redrive' }))).toMatchObject({ failure: { code: 'DEAD_LETTER_TAKEN' } });
  const redriven = job();
  await outcomeOf(redriven);
  expect((await ended(redriven.id)).items).toMatchObject({ redriven: 0 });
  await outcomeOf(actOn(id!, { do: 'reopen' }));
  expect(await outcomeOf(actOn(id!, { do: 'redrive' }))).toMatchObject({ status: 'applied' });
  await completed(id!);
}, 30_000);

test('a redrive with another input gives it to the stage, and the original stays with the letter', async () => {
  const [id] = await park(1);
  const { run, input } = (await store.reader.deadLetter(id!))!;
  works = true;
  await outcomeOf(actOn(id!, { do: 'redrive', input: { edited: true } }));
  await completed(id!);
  expect(inputs.get(run!)).toEqual({ edited: true });
  const letter = (await store.reader.deadLetter(id!))!;
  expect([letter.input, letter.desk.handled?.input]).toEqual([input, { edited: true }]);
  const { items } = await store.reader.acts.list({ subject: id!, limit: 1 });
  expect(items[0]!.detail).toEqual({ edited: true });
}, 30_000);

test('a letter keeps who it is assigned to, notes, tags and links', async () => {
  const [id] = await park(1);
  const acts: LetterAct[] = [
    { do: 'assign', to: 'bob' },
    { do: 'note', text: 'The bank is away.' },
    { do: 'tag', add: ['bank', 'urgent'] },
    { do: 'tag', remove: ['urgent'] },
    { do: 'link', url: 'https://tickets.example/7' },
  ];
  for (const act of acts) await outcomeOf(actOn(id!, act));
  expect(await store.reader.deadLetter(id!)).toMatchObject({
    status: 'open',
    assignee: 'bob',
    desk: { notes: [{ text: 'The bank is away.', by: 'ann' }], tags: ['bank'], links: ['https://tickets.example/7'] },
  });
  const { items } = await store.reader.acts.list({ subject: id!, limit: 10 });
  expect(items.map(({ kind }) => kind).reverse()).toEqual(acts.map((act) => `dead-letter.${act.do}`));
  await outcomeOf(actOn(id!, { do: 'resolve' }));
}, 30_000);

test('a job redrives all letters of a group, each with its outcome; steps that had succeeded are not executed again', async () => {
  const ids = await park(20);
  const { fingerprint } = (await store.reader.deadLetter(ids[0]!))!;
  works = true;
  const redriven = job({ filter: { fingerprint } });
  expect(await outcomeOf(redriven)).toMatchObject({ status: 'applied', items: 20 });
  expect(await ended(redriven.id)).toMatchObject({ status: 'completed', items: { redriven: 20, refused: 0 } });
  for (const id of ids) {
    await completed(id);
    expect((await store.reader.deadLetter(id))!.desk.handled).toMatchObject({ act: redriven.id, by: 'ann' });
    const { run } = (await store.reader.deadLetter(id))!;
    expect([asked.prepare.get(run!), asked.work.get(run!)]).toEqual([1, 2]);
  }
}, 60_000);

test('a job goes on where it was when its coordinator ends, and redrives each letter once', async () => {
  const ids = await park(30);
  works = true;
  const redriven = job({ perSecond: 20 });
  await outcomeOf(redriven);
  await until(async () => (await store.reader.jobs.find(redriven.id))!.items.redriven > 0);
  await running!.drain(0);
  await begin();
  expect(await ended(redriven.id)).toMatchObject({ status: 'completed', items: { redriven: 30, refused: 0 } });
  for (const id of ids) await completed(id);
  const runs = await Promise.all(ids.map(async (id) => (await store.reader.deadLetter(id))!.run!));
  expect(new Set(runs.map((run) => asked.work.get(run)))).toEqual(new Set([2]));
}, 60_000);

test('a job that is paused begins nothing; at another rate it goes on; stopped, it leaves the rest as it is', async () => {
  const ids = await park(12);
  works = true;
  const redriven = job({ perSecond: 4 });
  await outcomeOf(redriven);
  await change(redriven.id, 'pause');
  const paused = (await store.reader.jobs.find(redriven.id))!;
  expect(paused.status).toBe('paused');
  await change(redriven.id, 'resume', { perSecond: 6 });
  expect((await store.reader.jobs.find(redriven.id))!.work.perSecond).toBe(6);
  await change(redriven.id, 'stop');
  const { items, status } = (await store.reader.jobs.find(redriven.id))!;
  expect(status).toBe('stopped');
  expect(items.redriven + items.sent + items.skipped).toBe(12);
  const states = await Promise.all(ids.map(async (id) => (await store.reader.deadLetter(id))!.status));
  expect(states.filter((state) => state === 'open')).toHaveLength(items.skipped);
  const rest = job({ kind: 'resolve' });
  await outcomeOf(rest);
  expect((await ended(rest.id)).items.resolved).toBe(items.skipped);
}, 60_000);

test('a letter that comes back each time is refused once it was redriven as often as asked', async () => {
  const [first] = await park(1);
  const { run } = (await store.reader.deadLetter(first!))!;
  const letterOfRun = () =>
    until(async () => {
      const { items } = await store.reader.deadLetters({ status: 'open', limit: 200 });
      return items.find((letter) => letter.run === run);
    });
  for (let redrives = 0; redrives < 2; redrives++) {
    const letter = await letterOfRun();
    expect(letter.redrives ?? 0).toBe(redrives);
    expect(await outcomeOf(actOn(letter.id, { do: 'redrive', maxRedrives: 2 }))).toMatchObject({ status: 'applied' });
    await until(async () => (await letterOfRun()).id !== letter.id);
  }
  const last = await letterOfRun();
  expect(await outcomeOf(actOn(last.id, { do: 'redrive', maxRedrives: 2 }))).toMatchObject({
    failure: { code: 'REDRIVES_USED_UP' },
  });
  const redriven = job({ maxRedrives: 2 });
  await outcomeOf(redriven);
  expect((await ended(redriven.id)).items).toMatchObject({ refused: 1, redriven: 0 });
  expect((await store.reader.jobs.items(redriven.id, { limit: 5 })).items[0]).toMatchObject({
    letter: last.id,
    failure: { code: 'REDRIVES_USED_UP' },
  });
  await outcomeOf(actOn(last.id, { do: 'resolve' }));
}, 60_000);

test('a letter of no run is open no more once it was redriven, by a person and by a job, and what comes back is a letter of its own', async () => {
  const garbage = async (topic: string) => {
    const before = new Set((await store.reader.deadLetters({ limit: 200 })).items.map(({ id }) => id));
    await broker.publish([{ topic, key: 'k', value: '{"broken":', headers: { pipeline: 'letters' } }]);
    return until(async () => {
      const { items } = await store.reader.deadLetters({ status: 'open', limit: 200 });
      return items.find(({ id }) => !before.has(id));
    });
  };
  for (const topic of [topics.intake, topics.runs]) {
    const letter = await garbage(topic);
    expect(await outcomeOf(actOn(letter.id, { do: 'redrive' }))).toMatchObject({ status: 'applied' });
    expect((await store.reader.deadLetter(letter.id))!.status).toBe('redriven');
    const returned = await until(async () => {
      const { items } = await store.reader.deadLetters({ status: 'open', limit: 200 });
      return items.find(({ id, redrives }) => id !== letter.id && redrives === 1);
    });
    expect(returned.record!.value).toBe(letter.record!.value);
    const redriven = job();
    await outcomeOf(redriven);
    expect((await ended(redriven.id)).items.redriven).toBe(1);
    expect((await store.reader.deadLetter(returned.id))!.status).toBe('redriven');
    await until(async () => {
      const { items } = await store.reader.deadLetters({ status: 'open', limit: 200 });
      return items.some(({ redrives }) => redrives === 2);
    });
    const rest = job({ kind: 'resolve' });
    await outcomeOf(rest);
    await ended(rest.id);
  }
}, 60_000);

test('the trail of acts is whole', async () => {
  const { acts, broken } = await store.reader.acts.verify();
  expect(acts).toBeGreaterThan(10);
  expect(broken).toBeUndefined();
});
