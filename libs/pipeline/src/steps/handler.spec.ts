import { z } from 'zod';
import { defineStage, pipeline } from '../index.js';
import { givenToHandler, HANDLER, loadPlan, mermaid, planWithin, stagesOf } from '../engine.js';

const Order = z.object({ desk: z.string(), mail: z.string().optional() });
const book = defineStage({
  name: 'book',
  input: z.object({ desk: z.string() }),
  output: z.object({ ticket: z.string() }),
});
const alert = defineStage({
  name: 'alert',
  input: z.object({ code: z.string(), in: z.string(), desk: z.string(), ticket: z.string().optional() }),
  output: z.object({}),
});
const options = { name: 'orders', input: Order, onFailure: 'fail' } as const;
const failure = { code: 'OUT_OF_DESKS', kind: 'permanent', message: 'none left' } as const;

describe('what handles the failure of a run', () => {
  const { plan, loaded } = pipeline(options, ({ input, step, onFailure }) => {
    const booked = step('book', book, { desk: input.desk });
    onFailure(
      alert,
      (failed, known) => {
        return { code: failed.code, in: failed.step, desk: input.desk, ticket: known(booked).ticket };
      },
      { retry: 9, timeout: '5s' },
    );
    return booked;
  });

  test('is a stage with an input made of the failure, of what the run was given and of what there is of its steps', () => {
    const { handler } = plan.onFailure!;
    expect(handler).toMatchObject({
      stage: 'alert',
      retry: { maxAttempts: 9 },
      timeoutMs: 5_000,
      startTimeoutMs: 600_000,
    });
    const known = { input: { desk: 'd1' }, other: 1 };
    const given = { input: { desk: 'd1' }, failure: { ...failure, step: 'book' } };
    expect(givenToHandler(loaded, { failure, step: 'book' }, known)).toEqual(given);
    const { compiled } = loaded.child(HANDLER);
    const inputOf = compiled.byName.get('onFailure')!.input;
    expect(inputOf(given)).toEqual({ code: 'OUT_OF_DESKS', in: 'book', desk: 'd1' });
    const whole = givenToHandler(loaded, { failure, step: '' }, { ...known, book: { ticket: 't' } });
    expect(inputOf(whole)).toMatchObject({ ticket: 't' });
    expect(stagesOf(plan)).toEqual(['book', 'alert']);
  });

  test('is a plan within the plan, and drawn', () => {
    const inner = loaded.child(HANDLER);
    expect(inner.hash).toBe(`${loaded.hash}/on:failure`);
    expect(planWithin(loaded, inner.hash).plan).toEqual(inner.plan);
    expect(mermaid(plan)).toContain('on_failure(["on failure: alert"])');
  });

  test('is there only where the pipeline names it', () => {
    const { plan, loaded } = pipeline(options, ({ input, step }) => step('book', book, { desk: input.desk }));
    expect(plan.onFailure).toEqual({});
    expect(() => loaded.child(HANDLER)).toThrow('nothing handles failures');
  });

  test('is refused where it reads what need not be there, where there are two, and where runs do not fail', () => {
    const failing =
      (define: Parameters<typeof pipeline<typeof Order, unknown>>[1], more: object = {}) =>
      () =>
        pipeline({ ...options, ...more }, define);
    const given = { code: 'x', in: 'y', desk: 'z' };
    expect(
      failing(({ input, step, onFailure }) => {
        const booked = step('book', book, { desk: input.desk });
        onFailure(alert, () => ({ ...given, ticket: booked.ticket }));
        return booked;
      }),
    ).toThrow('it reads "book", which may not have ended');
    expect(
      failing(({ input, onFailure }) => {
        onFailure(alert, () => given);
        onFailure(alert, () => given);
        return input;
      }),
    ).toThrow('it is the second');
    const parking = failing(
      ({ input, onFailure }) => {
        onFailure(alert, () => given);
        return input;
      },
      { onFailure: 'park' },
    );
    expect(parking).toThrow('its runs do not fail: what fails in them is parked');
    const unread = { ...plan.onFailure!.handler!, input: { $ref: ['nothing'] } };
    expect(() => loadPlan({ ...plan, onFailure: { handler: unread } })).toThrow(
      'reads "nothing", which does not exist',
    );
  });

  test('is typed by what its stage takes', () => {
    pipeline(options, ({ input, step, onFailure }) => {
      const booked = step('book', book, { desk: input.desk });
      // @ts-expect-error a ticket may be absent, and a code may not
      onFailure(alert, (failed, known) => ({ code: known(booked).ticket, in: failed.step, desk: input.desk }));
      return booked;
    });
  });
});
