import { defineStage, pipeline } from '@millrace/pipeline';
import { type Handles, type In, type Out, Stage, StageFailure } from '@millrace/stage';
import { z } from 'zod';
import { fake, testEngine } from './index.js';
import {
  comply,
  complying,
  constructs,
  doubled,
  draft,
  drafting,
  number,
  numbers,
  reply,
  send,
  sending,
} from './workshop.fixture.js';

const anEngine = (ok: boolean) => testEngine(reply, [drafting, complying(ok), sending]);

describe('a run', () => {
  test('goes on until it waits for a person, who is shown what the pipeline says', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    expect(run.status).toBe('waiting');
    expect(run.waiting).toEqual(['approve']);
    expect(run.shown('approve')).toEqual({ text: 'About cards.' });
    expect(run.step('send').status).toBe('pending');
  });

  test('goes on with the answer, and a sleep takes as long as it says', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    await run.answer('approve', { approved: true }, { by: 'ann' });
    expect(run.waiting).toEqual([]);
    await engine.clock.advance('59m');
    expect(engine.asked(send)).toEqual([]);
    await engine.clock.advance('1m');
    expect(run.output).toMatchObject({ approved: true });
    expect(engine.asked(send).map(({ input }) => input)).toEqual([{ text: 'About cards.' }]);
  });

  test('is parked where nobody answers in time, and waits anew when it is redriven', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    await engine.clock.advance('3d');
    expect(run.step('approve')).toMatchObject({ status: 'dead-lettered', failure: { code: 'SIGNAL_TIMED_OUT' } });
    await run.redrive('approve');
    await run.answer('approve', { approved: true });
    expect((await run.ended()).status).toBe('completed');
  });

  test('that is paused hands nothing on, no time passes for it, and it goes on where it was', async () => {
    await using engine = await anEngine(false);
    engine.delayOnce('draft', '10m');
    const run = await engine.start({ about: 'cards' });
    await run.pause({ by: 'ann' });
    await engine.clock.advance('10m');
    expect([run.status, run.step('draft').status, engine.asked(comply)]).toEqual(['paused', 'completed', []]);
    await run.resume();
    expect(run.waiting).toEqual(['approve']);
    await run.pause();
    await engine.clock.advance('30d');
    await run.resume();
    await engine.clock.advance('2d');
    expect(run.status).toBe('waiting');
  });

  test('that is cancelled asks for nothing more', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    await run.cancel({ by: 'ann', reason: 'not needed' });
    await engine.clock.advance('5d');
    expect(run.status).toBe('cancelled');
    expect(engine.asked(send)).toEqual([]);
  });

  test('ends by itself where only time has to pass', async () => {
    await using engine = await anEngine(true);
    const before = engine.clock.now.getTime();
    const run = await engine.start({ about: 'cards' });
    await run.ended();
    expect(run.output).toMatchObject({ approved: true });
    expect(engine.clock.now.getTime() - before).toBe(3_600_000);
  });

  test('begins at its time', async () => {
    await using engine = await anEngine(true);
    const run = await engine.start({ about: 'cards' }, { startAt: new Date(engine.clock.now.getTime() + 60_000) });
    expect(run.status).toBe('held');
    await engine.clock.advance('1m');
    expect(run.step('comply').status).toBe('completed');
  });

  test('of the same key is the same run', async () => {
    await using engine = await anEngine(true);
    const [one, two] = await Promise.all(
      ['cards', 'loans'].map((about) => engine.start({ about }, { idempotencyKey: 'k' })),
    );
    expect(two!.id).toBe(one!.id);
    expect(engine.asked(draft)).toHaveLength(1);
  });
});

describe('a stage that fails', () => {
  test('is asked again when its policy says so', async () => {
    await using engine = await anEngine(true);
    engine.throwTimes('draft', 2);
    const run = await engine.start({ about: 'cards' });
    expect(run.step('draft')).toMatchObject({ status: 'retrying', attempt: 1, failure: { code: 'STAGE_THREW' } });
    await engine.clock.advance('999ms');
    expect(engine.asked(draft)).toHaveLength(1);
    await engine.clock.advance('1ms');
    expect(engine.asked(draft)).toHaveLength(2);
    await engine.clock.advance('2s');
    expect(run.step('draft')).toMatchObject({ status: 'completed', attempt: 3 });
  });

  test('is not, where it says that it would not help', async () => {
    await using engine = await anEngine(true);
    engine.throwTimes('draft', 1, new StageFailure('NO_SUCH_TOPIC', 'Nothing is known of it.', { kind: 'permanent' }));
    const run = await engine.start({ about: 'cards' });
    expect(run.step('draft')).toMatchObject({ status: 'dead-lettered', failure: { code: 'NO_SUCH_TOPIC' } });
  });

  test('with what is not of its contract has failed', async () => {
    const wrong = fake(comply, () => ({}) as { ok: boolean });
    await using engine = await testEngine(reply, [drafting, wrong, sending]);
    const run = await (await engine.start({ about: 'cards' })).ended();
    expect(run.step('comply').failure).toMatchObject({ code: 'STAGE_OUTPUT_INVALID' });
  });
});

describe('a fault', () => {
  test.each(['before-publish', 'after-publish'] as const)(
    'a process that dies %s has its work done again by another, and it counts once',
    async (when) => {
      await using engine = await anEngine(true);
      engine.crashOnce('draft', when);
      const run = await (await engine.start({ about: 'cards' })).ended();
      expect(engine.asked(draft).map(({ attempt }) => attempt)).toEqual([1, 1]);
      expect(run.status).toBe('completed');
      expect(run.history.match(/step.completed draft/g)).toHaveLength(1);
      // What was out already had asked the next stage.
      expect(engine.asked(comply)).toHaveLength(when === 'after-publish' ? 2 : 1);
    },
  );

  test('an answer that comes twice counts once', async () => {
    await using engine = await anEngine(true);
    engine.duplicateOnce('draft');
    const run = await (await engine.start({ about: 'cards' })).ended();
    expect(engine.asked(draft)).toHaveLength(1);
    expect(engine.asked(comply)).toHaveLength(2);
    expect(run.history.match(/step.completed/g)).toHaveLength(3);
  });

  test('what comes late finds that its run was cancelled', async () => {
    await using engine = await anEngine(true);
    engine.delayOnce('comply', '2m');
    const run = await engine.start({ about: 'cards' });
    expect(run.step('comply').status).toBe('running');
    await run.cancel();
    await engine.clock.advance('2m');
    expect(run.step('comply').output).toBeUndefined();
    expect(run.status).toBe('cancelled');
  });

  test('what comes too late is given up, and asked for again', async () => {
    await using engine = await anEngine(true);
    engine.delayOnce('comply', '1h');
    const run = await (await engine.start({ about: 'cards' })).ended();
    expect(run.history).toContain('STAGE_TIMED_OUT');
    expect(run.step('comply')).toMatchObject({ status: 'completed', attempt: 2 });
  });

  test('of one item befalls that item', async () => {
    await using engine = await testEngine(doubled, numbers);
    engine.throwTimes('times2[1]', 1);
    const run = await (await engine.start({ numbers: [1, 2, 3] })).ended();
    expect(engine.asked(number).map(({ step }) => step)).toEqual(['times2[0]', 'times2[1]', 'times2[2]', 'times2[1]']);
    expect(run.output).toEqual({ sum: 12 });
  });
});

describe('child runs', () => {
  test('maps, loops, races, sub-pipelines and cases run as in a real installation', async () => {
    await using engine = await testEngine(constructs, numbers);
    const run = await engine.start({ numbers: [1, 2], way: 'left' });
    expect(run.status).toBe('completed');
    expect(run.output).toEqual({ twice: [{ n: 4 }, { n: 8 }], total: 6, grown: 16, first: 2, way: 6 });
    expect(run.step('right').status).toBe('skipped');
    expect(run.child('total').output).toEqual({ sum: 6 });
    expect(run.child('first[never]').status).toBe('failed');
  });

  test('a list of 250 items is worked on in chunks, and the next stage gets all of it', async () => {
    await using engine = await testEngine(doubled, numbers);
    const run = await engine.start({ numbers: Array.from({ length: 250 }, (_, i) => i) });
    expect(run.output).toEqual({ sum: 62_250 });
    expect(run.child('times2[200-249]').status).toBe('completed');
  });
});

describe('a history', () => {
  test('is the same text each time: no ids, no times', async () => {
    const told = async () => {
      await using engine = await testEngine(constructs, numbers);
      return (await engine.start({ numbers: [1], way: 'right' })).history;
    };
    const history = await told();
    expect(await told()).toBe(history);
    expect(history).not.toMatch(/run_[0-9a-z]{26}|"at"|\b1767\d{9}\b|[0-9a-f]{32}/);
    expect(history).toContain('  run.completed {"output":{"sum":2}}');
  });

  test('calls the same run the same where a stage names it', async () => {
    await using engine = await anEngine(true);
    const run = await (await engine.start({ about: 'cards' })).ended();
    expect(run.history).toContain('step.completed send {"output":{"sent":"<run>.send: About cards."}}');
  });
});

describe('a mistake in a test is named', () => {
  test('a stage that nobody plays', async () => {
    await expect(testEngine(reply, [drafting])).rejects.toMatchObject({
      code: 'STAGE_MISSING',
      message: expect.stringContaining('comply, send'),
    });
  });

  test('a step that there is not', async () => {
    await using engine = await anEngine(true);
    expect(() => engine.throwTimes('drat', 1)).toThrow(/"drat": draft, comply, send/);
    // A wait asks no stage.
    expect(() => engine.duplicateOnce('approve')).toThrow(expect.objectContaining({ code: 'NO_SUCH_STEP' }));
  });

  test('an input that does not fit', async () => {
    await using engine = await anEngine(true);
    await expect(engine.start({} as { about: string })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('/about is required'),
    });
  });

  test('an answer that nobody waits for, and one that does not fit', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    await expect(run.answer('coolOff', null)).rejects.toMatchObject({ code: 'NOT_WAITING' });
    await expect(run.answer('approve', { approved: 'yes' })).rejects.toMatchObject({ code: 'ANSWER_REFUSED' });
    expect(run.waiting).toEqual(['approve']);
  });

  test('a redrive of what is not parked, and a child that there is not', async () => {
    await using engine = await anEngine(false);
    const run = await engine.start({ about: 'cards' });
    expect(() => run.redrive('draft')).toThrow(expect.objectContaining({ code: 'NOT_PARKED' }));
    expect(() => run.child('draft')).toThrow(expect.objectContaining({ code: 'NO_CHILD' }));
  });

  test('a run that waits for ever', async () => {
    const asking = pipeline({ name: 'asking', input: z.object({}) }, ({ signal }) =>
      signal('paid', z.object({ paid: z.boolean() })),
    );
    await using engine = await testEngine(asking, []);
    const run = await engine.start({});
    await expect(run.ended()).rejects.toMatchObject({ code: 'NEVER_ENDS', message: expect.stringContaining('paid') });
    await run.answer('paid', { paid: true });
    expect(run.output).toEqual({ paid: true });
  });
});

const greet = defineStage({
  name: 'greet',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
});
abstract class Words {
  abstract readonly hello: string;
}
@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  constructor(private readonly words: Words) {}
  handle({ name }: In<typeof greet>): Out<typeof greet> {
    return { text: `${this.words.hello} ${name}` };
  }
}

test('a stage’s own class is run by Nest, with what it is provided with', async () => {
  const greeting = pipeline({ name: 'greeting', input: greet.input }, ({ input, step }) => step('greet', greet, input));
  const providers = [{ provide: Words, useValue: { hello: 'Hello' } }];
  await using engine = await testEngine(greeting, [{ stage: GreetStage, providers }]);
  expect((await engine.start({ name: 'Ann' })).output).toEqual({ text: 'Hello Ann' });
});

describe('a run that fails', () => {
  const alert = defineStage({
    name: 'alert',
    input: z.object({ code: z.string(), text: z.string().optional() }),
    output: z.object({}),
  });
  const failing = pipeline({ name: 'failing', input: greet.input, onFailure: 'fail' }, ({ input, step, onFailure }) => {
    const said = step('greet', greet, input, {
      retry: { maxAttempts: 1, cases: [{ on: ['MODEL_BUSY'], maxAttempts: 5, maxTotal: '3s' }] },
      fallback: { stage: greet, input: ({ code }) => ({ name: code }), on: ['MODEL_BUSY'], retry: 1 },
    });
    onFailure(alert, ({ code }, known) => ({ code, text: known(said).text }), { retry: 2 });
    return step('send', send, { text: said.text });
  });
  const working = (broken: string) => [
    fake(greet, ({ name }) => ({ text: `Hello ${name}` })),
    fake(alert, () => ({})),
    fake(send, () => {
      throw new StageFailure(broken, 'as it was told to', { retryable: false });
    }),
  ];
  const busy = new StageFailure('MODEL_BUSY', '429');

  test('asks its handler in a run of its own, with what failed and what there is, after it was degraded', async () => {
    await using engine = await testEngine(failing, working('OUT_OF_PAPER'));
    engine.throwTimes('greet', 3, busy);
    engine.throwTimes('onFailure', 2, busy);
    const run = await engine.start({ name: 'Ann' });
    await engine.clock.advance('3s');
    expect(run.degraded).toMatchObject([{ step: 'greet', by: 'fallback', code: 'MODEL_BUSY' }]);
    expect([run.status, run.handler.status]).toEqual(['failed', 'running']);
    await run.handler.ended();
    expect(run.handler.step('onFailure').status).toBe('dead-lettered');
    expect(engine.asked(alert)[0]!.input).toEqual({ code: 'OUT_OF_PAPER', text: 'Hello MODEL_BUSY' });
    await run.handler.redrive('onFailure');
    expect([run.status, run.handler.status]).toEqual(['failed', 'completed']);
    expect(run.history).toMatch(/run\.failed send[^]*\n {2}run\.accepted[^]*\n {2}run\.completed/);
  });
});
