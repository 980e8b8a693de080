import {
  type RunEvent,
  runPauseKey,
  stagePauseKey,
  type StepCompleted,
  type StepFailed,
  StepCommand,
} from '@millrace/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { aRuntime, CHAIN, later, RUN } from './runtime.fixture.js';
import {
  defineStage,
  type Handles,
  type In,
  type Out,
  Stage,
  StageFailure,
  type StageRun,
  startStage,
} from './index.js';

const greet = defineStage({
  name: 'greet',
  input: z.object({ name: z.string().default('world'), how: z.string().default('kindly') }),
  output: z.object({ text: z.string(), loud: z.boolean().default(false) }),
});
type Greeting = (input: In<typeof greet>, run: StageRun) => Promise<Out<typeof greet>>;

@Injectable()
class Words {
  greeting: Greeting = ({ name }) => Promise.resolve({ text: `Hello ${name}` });
}

@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  constructor(private readonly words: Words) {}

  handle(input: In<typeof greet>, run: StageRun): Promise<Out<typeof greet>> {
    return this.words.greeting(input, run);
  }
}

async function aStage(greeting?: Greeting) {
  const runtime = await aRuntime();
  const words = new Words();
  if (greeting) words.greeting = greeting;
  const running = await startStage(runtime, GreetStage, { providers: [{ provide: Words, useValue: words }] });
  return {
    ...runtime,
    running,
    greet: (over: Parameters<typeof runtime.ask>[1] = {}) => runtime.ask('greet', over),
    [Symbol.asyncDispose]: async () => {
      await running.drain(0);
      await runtime[Symbol.asyncDispose]();
    },
  };
}

const failureIn = (event: RunEvent | undefined) => (event as StepFailed).failure;

test('a stage answers its command with its output, defaults of its contract filled in', async () => {
  await using stage = await aStage();
  await stage.greet({ input: { name: 'Ada' } });
  const [event] = (await stage.events(1)) as [StepCompleted];
  expect(event).toMatchObject({ type: 'step.completed', run: RUN, step: 'only', attempt: 1 });
  expect(event.output).toEqual({ text: 'Hello Ada', loud: false });
});

test('a unit test of a stage is a constructor and a call', async () => {
  const stage = new GreetStage(new Words());
  await expect(stage.handle({ name: 'Bo', how: '' }, {} as StageRun)).resolves.toEqual({ text: 'Hello Bo' });
});

test('an input that the contract does not take fails the step for good and names the field', async () => {
  await using stage = await aStage();
  await stage.greet({ input: { name: 7 } });
  const [event] = await stage.events(1);
  expect(failureIn(event)).toMatchObject({
    code: 'STAGE_INPUT_INVALID',
    kind: 'permanent',
    details: [{ pointer: '/name' }],
  });
});

test('an answer that the contract does not allow fails the step and names the field', async () => {
  await using stage = await aStage(() => Promise.resolve({ text: 5 } as never));
  await stage.greet();
  const [event] = await stage.events(1);
  expect(failureIn(event)).toMatchObject({ code: 'STAGE_OUTPUT_INVALID', details: [{ pointer: '/text' }] });
});

test.each([
  ['a number that JSON has no form for', { n: [1, NaN] }, '/given/n/1'],
  ['more than JSON can say', { n: 1n }, '/given/n'],
  ['a Date, which would arrive as text', { at: new Date(0) }, '/given/at'],
  ['a Map, which would arrive empty', { all: new Map([[1, 2]]) }, '/given/all'],
  ['a function, which would be left out', { do: () => 1 }, '/given/do'],
  ['text with a NUL', { text: 'a\0b' }, '/given/text'],
  ['half of a surrogate pair', { text: '\ud83d' }, '/given/text'],
])(
  'an answer with %s fails the step and names the place, instead of arriving as something else',
  async (_, given, pointer) => {
    const loose = defineStage({ name: 'greet', input: z.unknown(), output: z.object({ given: z.unknown() }) });
    @Stage(loose)
    class Loose implements Handles<typeof loose> {
      handle(): Out<typeof loose> {
        return { given };
      }
    }
    await using runtime = await aRuntime();
    const running = await startStage(runtime, Loose);
    await runtime.ask('greet');
    const [event] = await runtime.events(1);
    await running.drain(0);
    expect(failureIn(event)).toMatchObject({ code: 'STAGE_OUTPUT_INVALID', details: [{ pointer }] });
  },
);

test('a contract that throws fails the step instead of taking it again for ever', async () => {
  const broken = defineStage({
    name: 'greet',
    input: z.unknown().transform((): unknown => {
      throw new Error('a mistake in the contract');
    }),
    output: z.unknown(),
  });
  @Stage(broken)
  class Broken implements Handles<typeof broken> {
    handle(): unknown {
      return 'never';
    }
  }
  await using runtime = await aRuntime();
  const running = await startStage(runtime, Broken);
  await runtime.ask('greet');
  const [event] = await runtime.events(1);
  await running.drain(0);
  expect(failureIn(event)).toMatchObject({ code: 'STAGE_THREW', message: 'Error: a mistake in the contract' });
});

test('a command for a step that its plan does not have is answered, and hands nothing on', async () => {
  await using stage = await aStage();
  await stage.greet({ plan: CHAIN.hash, step: 'elsewhere' });
  const [event] = await stage.events(1);
  expect(event).toMatchObject({ type: 'step.completed', step: 'elsewhere' });
  expect(event).not.toHaveProperty('next');
});

test('an answer that no record can hold fails the step for good', async () => {
  await using stage = await aStage(() => Promise.resolve({ text: 'x'.repeat(200_000) }));
  await stage.greet();
  expect(failureIn((await stage.events(1))[0])).toMatchObject({ code: 'STAGE_OUTPUT_TOO_LARGE', kind: 'permanent' });
});

test.each([
  [
    'a StageFailure',
    () => new StageFailure('MODEL_BUSY', 'Busy', { retryAfterMs: 5 }),
    'MODEL_BUSY',
    'transient',
    'Busy',
  ],
  ['a permanent one', () => new StageFailure('NO_TONGUE', 'No', { retryable: false }), 'NO_TONGUE', 'permanent', 'No'],
  [
    'another library’s error that says whether to retry',
    () => Object.assign(new Error('Refused'), { code: 'MODEL_REFUSED', retryable: false }),
    'MODEL_REFUSED',
    'permanent',
    'Refused',
  ],
  [
    'any other error',
    () => new TypeError('x is not a function'),
    'STAGE_THREW',
    'transient',
    'TypeError: x is not a function',
  ],
])('%s that a stage throws becomes the step’s failure', async (...[, thrown, code, kind, message]) => {
  await using stage = await aStage(() => Promise.reject(thrown()));
  await stage.greet();
  expect(failureIn((await stage.events(1))[0])).toMatchObject({ code, kind, message });
});

test('what an error quotes of the work stays out of the failure and of the log', async () => {
  await using stage = await aStage(() =>
    Promise.reject(
      new Error('at "Dear Sir, my account is overdrawn" by ada@example.com, GB33 1234567890, password=hunter2'),
    ),
  );
  await stage.greet();
  const told = JSON.stringify([failureIn((await stage.events(1))[0]), stage.lines]);
  for (const secret of ['Dear Sir', 'ada@', '1234567890', 'hunter2']) expect(told).not.toContain(secret);
});

test('a stage that ignores its deadline is answered for, and what it says later is dropped', async () => {
  const late = later<Out<typeof greet>>();
  let signal: AbortSignal | undefined;
  await using stage = await aStage(({ name }, run) => {
    signal = run.signal;
    return name === 'slow' ? late.promise : Promise.resolve({ text: 'Hello' });
  });
  await stage.greet({ input: { name: 'slow' }, timeoutMs: 20 });
  expect(failureIn((await stage.events(1))[0])).toMatchObject({ code: 'STAGE_TIMED_OUT', kind: 'transient' });
  expect(signal?.aborted).toBe(true);
  late.resolve({ text: 'Hello at last' });
  await stage.greet({ attempt: 2 });
  expect((await stage.events(2)).map(({ type }) => type)).toEqual(['step.failed', 'step.completed']);
});

test('a step that may take 30 days, or 90 years, is not given up at once', async () => {
  const day = 86_400_000;
  const answer = later<Out<typeof greet>>();
  await using stage = await aStage(() => answer.promise);
  const expires = Date.now() + 95 * 365 * day;
  await stage.greet({ timeoutMs: 30 * day, expires });
  await stage.greet({ timeoutMs: 90 * 365 * day, expires, attempt: 2 });
  await stage.greet({ timeoutMs: 20, expires, attempt: 3 });
  expect((await stage.events(1))[0]).toMatchObject({ type: 'step.failed', attempt: 3 });
  answer.resolve({ text: 'Hello' });
  const [, ...others] = await stage.events(3);
  expect(others.map(({ type }) => type)).toEqual(['step.completed', 'step.completed']);
});

test('a command that waited until nobody waits for it any more is not begun', async () => {
  let begun = 0;
  await using stage = await aStage(() => Promise.resolve({ text: String(++begun) }));
  await stage.greet({ at: Date.now() - 10_000, expires: Date.now() - 5_000 });
  expect(failureIn((await stage.events(1))[0])).toMatchObject({ code: 'STAGE_TIMED_OUT' });
  expect(begun).toBe(0);
});

test('a cancelled run’s work is aborted, and its commands are dropped', async () => {
  const began = later<AbortSignal>();
  await using stage = await aStage(({ name }, run) => {
    if (name === 'other') return Promise.resolve({ text: 'Hello' });
    began.resolve(run.signal);
    return new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason as Error)));
  });
  await stage.greet();
  const signal = await began.promise;
  const at = Date.now();
  const cancelled = { type: 'run.cancelled', run: RUN, at };
  await stage.broker.publish([{ topic: stage.topics.control, key: RUN, value: JSON.stringify(cancelled) }]);
  expect(signal.aborted).toBe(true);
  await stage.greet({ step: 'later', at });
  // Handed on by a stage that had not heard of it yet.
  await stage.greet({ step: 'later', at: at + 5, asked: at - 5 });
  await stage.greet({ run: 'run_' + '1'.repeat(26), input: { name: 'other' } });
  expect((await stage.events(1)).map((event) => event.run)).toEqual(['run_' + '1'.repeat(26)]);
});

test('a cancellation that the coordinator knows nothing of costs the attempt in hand: what it asks for later is done, and so is what that leads to', async () => {
  await using stage = await aStage(() => Promise.resolve({ text: 'Hello', loud: false }));
  const asked = Date.now();
  const forged = { type: 'run.cancelled', run: RUN, at: asked };
  await stage.broker.publish([{ topic: stage.topics.control, key: RUN, value: JSON.stringify(forged) }]);
  await stage.greet({ at: asked });
  await stage.greet({ plan: CHAIN.hash, step: 'hello', attempt: 2, at: asked + 1 });
  expect(await stage.events(1)).toMatchObject([{ step: 'hello', attempt: 2, next: ['polish'] }]);
  const [handedOn] = await stage.until(stage.topics.stage('polish'), 1);
  expect(JSON.parse(String(handedOn!.value))).toMatchObject({ step: 'polish', asked: asked + 1 });
});

test('a paused run’s work ends, and is not handed on until the run goes on', async () => {
  await using stage = await aStage(() => Promise.resolve({ text: 'Hello', loud: false }));
  const pause = (value: string | null) =>
    stage.broker.publish([{ topic: stage.topics.pauses, key: runPauseKey(RUN), value }]);
  const hello = { plan: CHAIN.hash, step: 'hello', input: { name: 'Ann' } };
  await pause('{"at":1}');
  await stage.greet(hello);
  expect(await stage.events(1)).toMatchObject([{ type: 'step.completed', step: 'hello' }]);
  expect(stage.records(stage.topics.stage('polish'))).toEqual([]);
  await pause(null);
  await stage.greet({ ...hello, attempt: 2 });
  expect((await stage.events(2))[1]).toMatchObject({ next: ['polish'] });
});

test('a stage that is paused ends what it has in hand, takes nothing new, and then what waited, however late', async () => {
  const began = later<void>();
  const end = later<void>();
  const names: string[] = [];
  await using stage = await aStage(async ({ name }) => {
    names.push(name);
    began.resolve();
    await end.promise;
    return { text: 'Hello' };
  });
  const from = Date.now() - 60_000;
  const tell = (time: object) =>
    stage.broker.publish([
      { topic: stage.topics.pauses, key: stagePauseKey('greet'), value: JSON.stringify({ times: [time] }) },
    ]);
  await stage.greet({ step: 'first', input: { name: 'Ann' } });
  await began.promise;
  await tell({ from });
  end.resolve();
  await stage.greet({ step: 'second', input: { name: 'Bob' }, at: from, expires: Date.now() - 1 });
  expect(await stage.events(1)).toMatchObject([{ type: 'step.completed', step: 'first' }]);
  expect(names).toEqual(['Ann']);
  await tell({ from, to: Date.now() });
  expect((await stage.events(2))[1]).toMatchObject({ type: 'step.completed', step: 'second' });
});

test('work that goes to another process is aborted there, answers nothing, and is done again', async () => {
  const signals: AbortSignal[] = [];
  const began = later<void>();
  await using stage = await aStage((_, run) => {
    if (signals.push(run.signal) > 1) return Promise.resolve({ text: 'Hello' });
    began.resolve();
    return new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('aborted'))));
  });
  await stage.greet();
  await began.promise;
  stage.rebalance();
  expect((await stage.events(1)).map(({ type }) => type)).toEqual(['step.completed']);
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
});

test('the same idempotency key is passed on every attempt of a step', async () => {
  const keys: string[] = [];
  await using stage = await aStage((_, run) => {
    keys.push(run.idempotencyKey);
    return Promise.resolve({ text: '' });
  });
  await stage.greet();
  await stage.greet({ attempt: 2 });
  await stage.events(2);
  expect(keys).toEqual([`${RUN}.only`, `${RUN}.only`]);
});

test.each([
  ['not JSON', Buffer.from([0xff, 0x00, 0x7b]), 'INVALID_JSON'],
  ['not a command', Buffer.from('{"run":"nobody"}'), 'INVALID_RECORD'],
  ['nothing', null, 'INVALID_RECORD'],
])(
  'a record that is %s goes to the dead letters with its key, its bytes and its headers',
  async (...[, value, code]) => {
    await using stage = await aStage();
    const topic = stage.topics.stage('greet');
    await stage.broker.publish([{ topic, key: 'their key', value, headers: { theirs: 'kept' } }]);
    const [letter] = await stage.until(stage.topics.deadLetters, 1);
    const headers = Object.fromEntries(Object.entries(letter!.headers).map(([name, text]) => [name, String(text)]));
    expect(letter!.key?.toString()).toBe('their key');
    expect(letter!.value).toEqual(value);
    expect(headers).toMatchObject({
      theirs: 'kept',
      'millrace-failure-code': code,
      '__dlq.errors.topic': topic,
      '__dlq.errors.offset': '0',
      '__dlq.errors.group': stage.groups.stage('greet'),
    });
    await stage.greet();
    await stage.events(1);
  },
);

test('the next step’s stage is asked in the same commit, with what it needs, and a step that is not wanted is said to be skipped', async () => {
  await using stage = await aStage();
  const { topics } = stage;
  await stage.greet({ plan: CHAIN.hash, step: 'hello', attempt: 2, known: { input: { to: 'Ada' } } });
  const [event] = (await stage.events(1)) as [StepCompleted];
  expect(event).toMatchObject({ next: ['polish'], skipped: ['shout'] });
  const [record] = await stage.until(topics.stage('polish'), 1);
  expect(StepCommand.parse(JSON.parse(record!.value!.toString()))).toMatchObject({
    run: RUN,
    plan: CHAIN.hash,
    step: 'polish',
    attempt: 2,
    expires: event.at + 600_000 + 2_000,
    input: { text: 'Hello world', to: 'Ada' },
    timeoutMs: 2_000,
  });
  expect(record!.key?.toString()).toBe(RUN);
  expect(Object.keys(record!.headers).sort()).toEqual(['ce_id', 'ce_type', 'traceparent']);
  expect(String(record!.headers['ce_id'])).toBe(`${RUN}/polish/2`);
  expect(stage.records(topics.stage('shout'))).toHaveLength(0);
});

test.each([
  ['hands the next steps on', undefined, { next: ['polish'], skipped: ['shout'] }, 1],
  ['of a trial hands nothing on, and skips nothing: the trial has the answers of the other steps', true, {}, 0],
] as const)('a command %s', async (_, alone, handedOff, commands) => {
  await using stage = await aStage();
  const { topics } = stage;
  const hello = { plan: CHAIN.hash, step: 'hello', known: { input: { to: 'Ada' } } };
  await stage.greet({ ...hello, ...(alone && { alone }) });
  const [event] = (await stage.events(1)) as [StepCompleted];
  const { type, step, output, next, skipped } = event;
  expect({ type, step, output }).toMatchObject({
    type: 'step.completed',
    step: 'hello',
    output: { text: 'Hello world' },
  });
  expect({ ...(next && { next }), ...(skipped && { skipped }) }).toEqual(handedOff);
  // An answer and its commands are published together: a command would be here.
  expect(stage.records(topics.stage('polish'))).toHaveLength(commands);
  expect(stage.records(topics.stage('shout'))).toHaveLength(0);
});

test('a plan that this service has not seen keeps no step from being answered', async () => {
  await using stage = await aStage();
  await stage.greet({ plan: 'unheard-of', step: 'hello' });
  const [event] = await stage.events(1);
  expect(event).toMatchObject({ type: 'step.completed' });
  expect(event).not.toHaveProperty('next');
});

test('a step that lasts says how far it is, no oftener than once a second, and nothing after its end', async () => {
  const ended = later<Out<typeof greet>>();
  await using stage = await aStage((_, run) => {
    run.progress(0.2, 'started');
    run.progress(7, 'half way');
    return ended.promise;
  });
  await stage.greet();
  expect(await stage.events(1)).toMatchObject([{ type: 'step.progress', fraction: 1, message: 'half way' }]);
  ended.resolve({ text: '' });
  expect((await stage.events(2)).map(({ type }) => type)).toEqual(['step.progress', 'step.completed']);
});

test('a log line within a handler carries trace id, run, step and attempt, in Nest’s logger too', async () => {
  await using stage = await aStage((_, run) => {
    run.log.info('from the run');
    new Logger('Greeter').log('from Nest');
    return Promise.resolve({ text: '' });
  });
  await stage.greet({ attempt: 3 });
  await stage.events(1);
  const said = stage.lines.filter(({ msg }) => String(msg).startsWith('from'));
  expect(said.map(({ msg }) => msg)).toEqual(['from the run', 'from Nest']);
  for (const line of said) {
    expect(line).toMatchObject({
      service: 'test',
      run: RUN,
      step: 'only',
      attempt: 3,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  }
});

test('draining takes nothing new and lets what is in hand finish', async () => {
  const ending = later<Out<typeof greet>>();
  const began = later<void>();
  await using stage = await aStage(() => {
    began.resolve();
    return ending.promise;
  });
  await stage.greet();
  await began.promise;
  expect(await stage.running.ready()).toBe(true);
  const drained = stage.running.drain(10_000);
  await stage.greet({ step: 'too late' });
  ending.resolve({ text: '' });
  await drained;
  expect((await stage.events(1)).map((event) => (event as StepCompleted).step)).toEqual(['only']);
  expect(await stage.running.ready()).not.toBe(true);
});

test('two stages in one process keep their work apart', async () => {
  await using one = await aStage((_, run) => Promise.resolve({ text: run.id }));
  await using two = await aStage((_, run) => Promise.resolve({ text: run.step }));
  await Promise.all([one.greet(), two.greet()]);
  expect(await one.events(1)).toMatchObject([{ output: { text: RUN } }]);
  expect(await two.events(1)).toMatchObject([{ output: { text: 'only' } }]);
});
