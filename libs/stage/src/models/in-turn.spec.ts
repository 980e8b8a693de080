import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ModelAnswer,
  type ModelCall,
  type ModelCallEvent,
  ModelCallEvents,
  type ModelGrant,
  modelGrantsRecord,
  type ModelQuota,
  modelRecord,
  quotaKey,
  readEvents,
  readJson,
  type RunEvent,
  type StepCommand,
} from '@millrace/contracts';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aCommand } from '../runtime.fixture.js';
import { defineStage, stage, startStage, type StageRun } from '../index.js';

const ask = defineStage({
  name: 'ask',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
});
const QUOTA: ModelQuota = { provider: 'acme-ai', model: 'small', tenant: '*', requests: 1, perMs: 60_000, at: 1 };
const ANSWER: ModelAnswer = {
  ...{ text: 'yes', finishReason: 'stop', model: 'small', limits: {}, durationMs: 1, source: 'provider' },
  usage: { inputTokens: 6, outputTokens: 2 },
};

/** Asks a model of a name; the quota is for `small`. */
async function call(name: string, { run, model = 'small', hedgeMs, answer }: Asking): Promise<string> {
  const made: ModelCall = {
    key: `${run.idempotencyKey}/${name}`,
    operation: 'chat',
    ...{ provider: 'acme-ai', model, prompt: 'ask', hop: { index: 0, name: 'model' }, isReask: false },
    estimate: { inputTokens: 6, outputTokens: 4 },
    caller: { run: run.id, step: run.step, idempotencyKey: run.idempotencyKey },
    hedgeMs,
    signal: run.signal,
    content: () => ({ system: '', user: '' }),
  };
  const through = run.modelCalls.reduceRight<() => Promise<ModelAnswer>>(
    (next, around) => () => around(made, next),
    () => answer(name),
  );
  return (await through()).text;
}

interface Asking {
  readonly run: StageRun;
  readonly model?: string;
  readonly hedgeMs?: number;
  /** The provider. */
  readonly answer: (name: string) => Promise<ModelAnswer>;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A stage that asks a model, a provider that counts, and the test in the place of the keeper of quotas. */
async function open(work: (name: string, asking: Asking) => Promise<string>, concurrency = 4) {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-in-turn-'));
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const runtime = opening.use(await openRuntime('test', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir }));
  const { broker, topics } = runtime;
  await broker.publish([modelRecord(topics, quotaKey(QUOTA), { value: QUOTA, id: 'q' })]);
  const paid: string[] = [];
  const answer = (name: string) => {
    paid.push(name);
    return Promise.resolve(ANSWER);
  };
  const handler = stage(ask, async ({ name }, run) => ({ text: await work(name, { run, answer }) }));
  const running = await startStage(runtime, handler, { concurrency });
  opening.defer(() => running.drain(1_000));
  const [told, ends] = [[] as ModelCallEvent[], [] as RunEvent[]];
  opening.use(
    await broker.tail([topics.modelCalls, topics.runs], 'start', ({ topic, value }) => {
      if (topic === topics.runs) ends.push(...readEvents(value).events.map(({ event }) => event));
      else told.push(...ModelCallEvents.parse(readJson(value ?? '').value));
    }),
  );
  const opened = opening.move();
  const asked = () => told.flatMap((event) => (event.type === 'call.asked' ? [event] : []));
  return {
    paid,
    ends,
    told,
    asked,
    send: (name: string, more: Partial<StepCommand> = {}) => {
      const command = aCommand({ step: name, input: { name }, ...more });
      return broker.publish([{ topic: topics.stage('ask'), key: name, value: JSON.stringify(command) }]);
    },
    /** Answers the last call that has asked. */
    grant(grant: { is: 'granted' } | { is: 'waits'; ms: number; by?: string }) {
      const {
        process,
        call: { id },
      } = asked().at(-1)!;
      return broker.publish([modelGrantsRecord(topics, [{ ...grant, id, process } as ModelGrant])]);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const HOUR = 3_600_000;

test('a call that waits for its quota takes no slot of its stage and no time of its step', async () => {
  const work = (name: string, asking: Asking) => (name === 'passes' ? Promise.resolve(name) : call(name, asking));
  await using world = await open(work, 1);
  await world.send('waits', { timeoutMs: 1_500 });
  await until(() => world.asked().length === 1);
  const from = performance.now();
  // The stage works on one step at a time, and this one goes past the one that waits.
  await world.send('passes');
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ step: 'passes', type: 'step.completed' }]);
  // Longer than the step's whole time.
  await until(() => performance.now() - from > 1_600);
  await world.grant({ is: 'granted' });
  await until(() => world.ends.length === 2);
  expect(world.ends[1]).toMatchObject({ step: 'waits', type: 'step.completed' });
});

test('a step whose turn to call a model is far leaves its stage, as the attempt that it is, and pays nothing twice when it comes back', async () => {
  const work = async (name: string, asking: Asking) => {
    const first = await call('first', { ...asking, model: 'large' });
    asking.run.discardAnswer(`${asking.run.idempotencyKey}/first`);
    return first + (await call(name, asking));
  };
  await using world = await open(work);
  await world.send('far');
  await until(() => world.asked().length === 1);
  await world.grant({ is: 'waits', ms: HOUR, by: 'quota/acme-ai/small/*' });
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([
    { type: 'step.deferred', step: 'far', attempt: 1, waitMs: 600_000, waitsFor: 'quota/acme-ai/small/*' },
  ]);
  await until(() => world.told.some((event) => event.type === 'call.ended' && event.returns === true));
  await world.send('far', { attempt: 2, ownAttempt: 1 });
  await until(() => world.asked().length === 2);
  expect(world.asked()[1]!.call.id).toBe(world.asked()[0]!.call.id);
  await world.grant({ is: 'granted' });
  await until(() => world.ends.length === 2);
  expect(world.ends[1]).toMatchObject({ type: 'step.completed', attempt: 2, output: { text: 'yesyes' } });
  // Also not what its handler found of no use: it finds the same again.
  expect(world.paid).toEqual(['first', 'far']);
});

test('a step stays in its stage while another call of it is under way, which would be paid again', async () => {
  let release = (_: ModelAnswer): void => undefined;
  const slow = new Promise<ModelAnswer>((resolve) => (release = resolve));
  let isSent = false;
  const work = async (name: string, asking: Asking) => {
    const answer = () => {
      isSent = true;
      return slow;
    };
    return (await Promise.all([call('slow', { ...asking, model: 'large', answer }), call(name, asking)])).join(' ');
  };
  await using world = await open(work);
  await world.send('both');
  await until(() => world.asked().length === 1 && isSent);
  await world.grant({ is: 'waits', ms: HOUR });
  await world.grant({ is: 'granted' });
  await until(() => world.paid.length === 1);
  release(ANSWER);
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.completed', output: { text: 'yes yes' } }]);
});

test('a step that waits for a model is never too late: it leaves its stage while its handler still has all its time', async () => {
  await using world = await open(call);
  await world.send('late', { timeoutMs: 3_000, expires: Date.now() + 5_000 });
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.deferred', step: 'late', attempt: 1 }]);
  expect(world.paid).toEqual([]);
});

test('a call that is slow is made a second time where its route says so: the first answer counts, and both are settled', async () => {
  let release = (_: ModelAnswer): void => undefined;
  const slow = new Promise<ModelAnswer>((resolve) => (release = resolve));
  const made: string[] = [];
  const work = (name: string, asking: Asking) => {
    const answer = () => (made.push(name) === 1 ? slow : asking.answer(name));
    return call(name, { ...asking, model: 'large', hedgeMs: 20, answer });
  };
  await using world = await open(work);
  await world.send('slow');
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.completed', output: { text: 'yes' } }]);
  expect(made).toEqual(['slow', 'slow']);
  release({ ...ANSWER, text: 'too late' });
  const settled = () => world.told.flatMap((event) => (event.type === 'call.ended' ? [event.outcome] : []));
  await until(() => settled().length === 2);
  expect(settled()).toEqual(['answered', 'answered']);
});

test('a call that answers or fails before its hedge is made once', async () => {
  const failing = () => Promise.reject(Object.assign(new Error('500'), { code: 'MODEL_UNAVAILABLE', retryable: true }));
  const work = async (name: string, asking: Asking) => {
    const hedge = { ...asking, model: 'large', hedgeMs: 60_000 };
    await expect(call('fails', { ...hedge, answer: failing })).rejects.toThrow('500');
    return call(name, hedge);
  };
  await using world = await open(work);
  await world.send('quick');
  await until(() => world.ends.length === 1);
  expect(world.ends).toMatchObject([{ type: 'step.completed' }]);
  expect(world.paid).toEqual(['quick']);
});
