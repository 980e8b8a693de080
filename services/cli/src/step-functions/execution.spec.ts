import { error, execution } from './execution.fixture.js';

/** Makes a chain of states; the expected output of each machine follows from the Amazon States Language. */
const chain = (...states: readonly (readonly [string, object])[]) => ({
  StartAt: states[0]![0],
  States: Object.fromEntries(
    states.map(([name, state], i) => {
      const next = states[i + 1]?.[0];
      return [name, { ...(next === undefined ? { End: true } : { Next: next }), ...state }];
    }),
  ),
});
const lambda = 'arn:aws:lambda:eu-west-1:1:function:f';
const task = (more: object = {}) => ({ Type: 'Task', Resource: lambda, ...more });
const pass = (more: object = {}) => ({ Type: 'Pass', ...more });
const order = { id: 'o1', total: 120, items: [{ sku: 'a' }, { sku: 'b' }, { sku: 'c' }] };

test('paths: what a state is given, what it gives, and where that is put', async () => {
  const states = [
    ['Price', task({ InputPath: '$.total', ResultSelector: { 'sum.$': '$.net', by: 'us' }, ResultPath: '$.price' })],
    ['Make', pass({ Parameters: { 'id.$': '$.id', 'sum.$': '$.price.sum', 'whole.$': '$$.Execution.Input.total' } })],
    ['Add', pass({ Result: { ok: true }, ResultPath: '$.added' })],
    ['Cut', pass({ OutputPath: '$.added' })],
  ] as const;
  const price = (total: number) => ({ net: total * 2, secret: 1 });
  const { output: made } = await execution(chain(...states.slice(0, 2)), order, { price });
  expect(made).toEqual({ id: 'o1', sum: 240, whole: 120 });
  const { output: added } = await execution(chain(...states.slice(0, 3)), order, { price });
  expect(added).toEqual({ id: 'o1', sum: 240, whole: 120, added: { ok: true } });
  const { output: cut } = await execution(chain(...states), order, { price });
  expect(cut).toEqual({ ok: true });
});

describe('a choice', () => {
  const machine = {
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.total', NumericGreaterThanEquals: 100, Next: 'Large' },
          {
            And: [{ Variable: '$.gift', IsPresent: true }, { Not: { Variable: '$.total', NumericLessThan: 10 } }],
            Next: 'Gift',
          },
        ],
      },
      Large: pass({ Result: 'large', End: true }),
      Gift: pass({ Result: 'gift', End: true }),
    },
  };

  test.each([
    [{ total: 100 }, { status: 'completed', output: 'large' }],
    [
      { total: 100, gift: 1 },
      { status: 'completed', output: 'large' },
    ],
    [
      { total: 10, gift: 1 },
      { status: 'completed', output: 'gift' },
    ],
    [{ total: 9, gift: 1 }, { status: 'failed' }],
  ])('of %j leads to the first rule that holds, and to a failure where none does', async (input, expected) => {
    expect(await execution(machine, input)).toMatchObject(expected);
  });
});

test('a parallel gives a list in the order of its branches, each given the same', async () => {
  const branch = (name: string) => chain([name, task({ Parameters: { 'id.$': '$.id' } })]);
  const machine = chain(['Both', { Type: 'Parallel', Branches: [branch('Mail'), branch('Bill')] }]);
  const works = { mail: ({ id }: { id: string }) => `mail ${id}`, bill: ({ id }: { id: string }) => `bill ${id}` };
  expect(await execution(machine, order, works)).toMatchObject({ output: ['mail o1', 'bill o1'] });
});

test('a map gives a list in the order of its items, with what its selector makes of each', async () => {
  const selector = { 'sku.$': '$$.Map.Item.Value.sku', 'at.$': '$$.Map.Item.Index', 'order.$': '$.id' };
  const picked = { Type: 'Map', ItemsPath: '$.items', MaxConcurrency: 2, ItemSelector: selector };
  const machine = chain(['Each', { ...picked, ItemProcessor: chain(['Pick', task()]) }]);
  const pick = ({ sku, at, order }: { sku: string; at: number; order: string }) => `${order}/${at}/${sku}`;
  expect(await execution(machine, order, { pick })).toMatchObject({ output: ['o1/0/a', 'o1/1/b', 'o1/2/c'] });
});

test('a wait waits, and gives what it was given', async () => {
  const machine = chain(['Pause', { Type: 'Wait', Seconds: 90 }], ['End', { Type: 'Succeed' }]);
  expect(await execution(machine, order)).toEqual({ status: 'completed', output: order, seconds: 90 });
});

describe('retriers', () => {
  const retried = (Retry: readonly object[], thrown: readonly string[]) => {
    const left = [...thrown];
    const work = () => {
      const code = left.shift();
      if (code !== undefined) throw error(code);
      return thrown.length - left.length;
    };
    return execution(chain(['Work', task({ Retry })]), order, { work });
  };
  const slow = { ErrorEquals: ['Slow', 'Out.OfStock'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 };
  const any = { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 1, MaxAttempts: 1 };

  test('wait as they say, longer each time', async () => {
    expect(await retried([slow, any], ['SLOW', 'OUT_OF_STOCK'])).toMatchObject({ status: 'completed', seconds: 8 });
  });

  test('of which the first that is for an error counts, each by itself', async () => {
    expect(await retried([slow, any], ['SLOW', 'ODD', 'SLOW'])).toMatchObject({ status: 'completed', seconds: 13 });
    expect(await retried([slow, any], ['ODD', 'ODD'])).toMatchObject({ status: 'failed', seconds: 5 });
  });

  test('are for nothing else, and nothing is tried again without them', async () => {
    expect(await retried([slow], ['ODD'])).toMatchObject({ status: 'failed', seconds: 0 });
    expect(await retried([], ['ODD'])).toMatchObject({ status: 'failed', seconds: 0 });
    expect(await retried([{ ErrorEquals: ['Odd'], MaxAttempts: 0 }, any], ['ODD'])).toMatchObject({ status: 'failed' });
  });

  test('wait no longer than they may', async () => {
    const capped = { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 10, MaxDelaySeconds: 15, MaxAttempts: 3 };
    expect(await retried([capped], ['A', 'B', 'C'])).toMatchObject({ status: 'completed', seconds: 40 });
  });
});

describe('catchers', () => {
  const machine = (Catch: readonly object[]) => ({
    StartAt: 'Pay',
    States: {
      Pay: task({ ResultPath: '$.paid', Catch, Next: 'Told' }),
      Told: pass({ Parameters: { 'paid.$': '$.paid' }, End: true }),
      Stock: pass({ Parameters: { stock: true, 'why.$': '$.error.Cause', 'id.$': '$.id' }, End: true }),
      Other: pass({ Parameters: { 'error.$': '$.Error', 'cause.$': '$.Cause' }, End: true }),
      Lost: pass({ Parameters: { lost: true, 'id.$': '$.id' }, End: true }),
    },
  });
  const some = { ErrorEquals: ['OutOfStock', 'Sold'], ResultPath: '$.error', Next: 'Stock' };
  const pay = (code?: string) => ({
    pay: () => {
      if (code !== undefined) throw error(code, 'as it is');
      return { receipt: 1 };
    },
  });
  const paid = (Catch: readonly object[], code?: string) => execution(machine(Catch), order, pay(code));

  test('lead on where they are for the error, the first of them, with it where they say', async () => {
    const all = { ErrorEquals: ['States.ALL'], Next: 'Other' };
    expect((await paid([some, all])).output).toEqual({ paid: { receipt: 1 } });
    expect((await paid([some, all], 'OUT_OF_STOCK')).output).toEqual({ stock: true, why: 'as it is', id: 'o1' });
    expect((await paid([some, all], 'SOLD')).output).toEqual({ stock: true, why: 'as it is', id: 'o1' });
    expect((await paid([some, all], 'ODD')).output).toEqual({ error: 'ODD', cause: 'as it is' });
  });

  test('may keep what was there before, without the error', async () => {
    const silent = { ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Lost' };
    expect((await paid([silent], 'ODD')).output).toEqual({ lost: true, id: 'o1' });
  });

  test('say what went wrong by its code, which a choice tells apart by its name', async () => {
    const told = {
      StartAt: 'Pay',
      States: {
        Pay: task({ Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.e', Next: 'Which' }], End: true }),
        Which: {
          Type: 'Choice',
          Choices: [{ Variable: '$.e.Error', StringEquals: 'OutOfStock', Next: 'Yes' }],
          Default: 'No',
        },
        Yes: pass({ Result: 'yes', End: true }),
        No: pass({ Result: 'no', End: true }),
      },
    };
    expect((await execution(told, order, pay('OUT_OF_STOCK'))).output).toBe('yes');
    expect((await execution(told, order, pay('ODD'))).output).toBe('no');
  });

  test('that are not for an error leave it to end the execution', async () => {
    expect(await paid([some], 'ODD')).toMatchObject({ status: 'failed', output: undefined });
  });

  test('come after the retriers', async () => {
    let attempts = 0;
    const Retry = [{ ErrorEquals: ['Odd'], IntervalSeconds: 1, MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['Odd'], Next: 'Then' }];
    const tried = {
      StartAt: 'Try',
      States: { Try: task({ Retry, Catch, End: true }), Then: pass({ End: true, Result: 'then' }) },
    };
    const works = {
      try: () => {
        attempts++;
        throw error('ODD');
      },
    };
    expect(await execution(tried, order, works)).toMatchObject({ output: 'then', seconds: 3 });
    expect(attempts).toBe(3);
  });

  test.each([
    [
      'a parallel',
      { Type: 'Parallel', Branches: [chain(['Work', task()]), chain(['Idle', { Type: 'Wait', Seconds: 500 }])] },
    ],
    ['a map', { Type: 'Map', ItemsPath: '$.items', ItemProcessor: chain(['Work', task()]) }],
  ])('of %s are for what fails in it, and its retriers try all of it again', async (_, state) => {
    const left = ['BUSY', 'OUT_OF_STOCK'];
    const work = () => {
      throw error(left.shift() ?? 'NEVER', 'as it is');
    };
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 7 }];
    const both = {
      StartAt: 'All',
      States: { All: { ...state, Retry, Catch: [some], End: true }, Stock: machine([]).States.Stock },
    };
    const found = await execution(both, { ...order, items: [1] }, { work });
    expect(found).toMatchObject({ output: { stock: true, why: 'as it is', id: 'o1' }, seconds: 7 });
  });
});

test('a fail ends the execution, and what it says is its failure', async () => {
  const stop = { Type: 'Fail', Error: 'OutOfStock', Cause: 'none left' };
  expect(await execution({ StartAt: 'Stop', States: { Stop: stop } }, order)).toMatchObject({ status: 'failed' });
  const branches = { Type: 'Parallel', Branches: [{ StartAt: 'Stop', States: { Stop: stop } }] };
  const Catch = [{ ErrorEquals: ['OutOfStock'], Next: 'Then' }];
  const caught = {
    StartAt: 'All',
    States: { All: { ...branches, Catch, End: true }, Then: pass({ End: true }) },
  };
  expect(await execution(caught, order)).toMatchObject({ output: { Error: 'OUT_OF_STOCK', Cause: 'none left' } });
});

test('JSONata: arguments, outputs, variables, conditions, and what went wrong', async () => {
  const machine = {
    QueryLanguage: 'JSONata',
    StartAt: 'Price',
    States: {
      Price: {
        ...task({ Arguments: { sum: '{% $states.input.total %}' }, Assign: { net: '{% $states.result.net %}' } }),
        Output: { id: '{% $states.input.id %}', net: '{% $states.result.net %}' },
        Next: 'Which',
      },
      Which: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $net > 100 and $states.input.id = "o1" %}', Next: 'Pay' }],
        Default: 'Free',
      },
      Pay: {
        ...task({ Arguments: '{% $net %}', End: true }),
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Output: { code: '{% $states.errorOutput.Error %}', net: '{% $net %}' },
            Next: 'Lost',
          },
        ],
      },
      Free: pass({ Output: { free: true }, End: true }),
      Lost: pass({ Output: { lost: '{% $states.input %}' }, End: true }),
    },
  };
  const price = ({ sum }: { sum: number }) => ({ net: sum - 10 });
  const pay = (net: number) => ({ paid: net });
  const fails = () => {
    throw error('CARD_REFUSED');
  };
  expect((await execution(machine, order, { price, pay })).output).toEqual({ paid: 110 });
  expect((await execution(machine, { ...order, total: 50 }, { price, pay })).output).toEqual({ free: true });
  const { output } = await execution(machine, order, { price, pay: fails });
  expect(output).toEqual({ lost: { code: 'CARD_REFUSED', net: 110 } });
});
