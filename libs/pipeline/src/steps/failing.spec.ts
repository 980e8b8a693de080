import { z } from 'zod';
import { defineStage, pipeline, type Ref } from '../index.js';
import { inputOf, loadPlan, mermaid, stagesOf } from '../engine.js';

const Order = z.object({ desk: z.string(), amount: z.number() });
const book = defineStage({
  name: 'book',
  input: z.object({ desk: z.string() }),
  output: z.object({ ticket: z.string() }),
});
const unbook = defineStage({
  name: 'unbook',
  input: z.object({ ticket: z.string(), amount: z.number() }),
  output: z.object({}),
  retry: 5,
});

describe('what undoes a step', () => {
  const { plan, loaded } = pipeline({ name: 'orders', input: Order, onFailure: 'fail' }, ({ input, step }) => {
    const checked = step('check', book, { desk: input.desk });
    return step(
      'book',
      book,
      { desk: input.desk },
      {
        compensate: { stage: unbook, input: ({ ticket }) => ({ ticket, amount: input.amount }), timeout: '5s' },
        after: [checked],
      },
    );
  });

  test('is a stage with an input made of what the step read and gave, and a policy of its own', () => {
    expect(plan.onFailure).toEqual({});
    expect(plan.steps['book']).toMatchObject({
      compensate: { stage: 'unbook', retry: { maxAttempts: 5 }, timeoutMs: 5_000, startTimeoutMs: 600_000 },
    });
    const known = { input: { desk: 'd1', amount: 7 }, book: { ticket: 't1' } };
    expect(inputOf(loaded, 'undo:book', known)).toEqual({ ticket: 't1', amount: 7 });
    expect(loaded.step('undo:book')).toMatchObject({ kind: 'stage', stage: 'unbook' });
    expect(stagesOf(plan)).toEqual(['book', 'unbook']);
    expect([loaded.compensates, loaded.isHandedOff('undo:book')]).toEqual([true, false]);
  });

  test('is drawn at the step', () => {
    expect(mermaid(plan)).toContain('step_book -.-o step_book_undo');
  });

  test('may read what ends before the step begins, which it then waits for, and no other', () => {
    const { plan } = pipeline({ name: 'orders', input: Order }, ({ input, step }) => {
      const first = step('first', book, { desk: input.desk });
      const compensate = { stage: unbook, input: () => ({ ticket: first.ticket, amount: 1 }) };
      return step('second', book, { desk: input.desk }, { compensate });
    });
    expect(plan.steps['second']!.predecessors).toEqual(['first']);
    const steps = { ...plan.steps, second: { ...plan.steps['second'], predecessors: [] } };
    expect(() => loadPlan({ ...plan, steps })).toThrow('it reads "first", which need not have ended when it begins');
  });

  test('is typed by what the step gives and what the stage takes', () => {
    pipeline({ name: 'orders', input: Order }, ({ input, step }) => {
      // @ts-expect-error an amount is missing
      step('a', book, { desk: input.desk }, { compensate: { stage: unbook, input: ({ ticket }) => ({ ticket }) } });
      const compensate = {
        stage: unbook,
        input: (made: { receipt: Ref<string> }) => ({ ticket: made.receipt, amount: 1 }),
      };
      // @ts-expect-error book gives no receipt
      step('b', book, { desk: input.desk }, { compensate });
      return input;
    });
  });

  test('of an item or a round is a matter of the run that does the work', () => {
    const { loaded } = pipeline(
      { name: 'many', input: z.object({ desks: z.array(z.string()) }) },
      ({ input, map, step }) =>
        map('each', input.desks, (desk) =>
          step(
            'book',
            book,
            { desk },
            { compensate: { stage: unbook, input: ({ ticket }) => ({ ticket, amount: 1 }) } },
          ),
        ),
    );
    expect(loaded.child('each[0]').step('undo:book')).toMatchObject({ stage: 'unbook' });
    expect(loaded.child('each[0-99]').compensates).toBe(true);
  });
});

test('a plan that says nothing of failures has the hash that it always had', () => {
  const { plan, loaded } = pipeline({ name: 'orders', input: Order }, ({ input, step }) =>
    step('book', book, { desk: input.desk }),
  );
  expect(Object.keys(plan).sort()).toEqual(['format', 'inputSchema', 'output', 'pipeline', 'steps']);
  expect(Object.keys(plan.steps['book']!)).not.toContain('compensate');
  expect([loaded.compensates, loaded.hash]).toEqual([false, 'ce033dfcd07b5e4c9c57c3e5ae74deca']);
});
