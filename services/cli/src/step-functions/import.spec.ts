import { parse } from 'yaml';
import { importedYaml } from './yaml.js';

const task = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:eu-west-1:1:function:f',
  End: true,
  ...more,
});
const imported = (machine: object) => {
  const { yaml, unmapped } = importedYaml(machine, 'orders');
  const { steps, output } = parse(yaml) as { steps: Record<string, Record<string, unknown>>; output: unknown };
  return { steps, output, unmapped: unmapped.map(({ state, field }) => `${state} ${field}`) };
};

test('a chain of tasks reads what the one before gave, as the paths say', () => {
  const found = imported({
    StartAt: 'Check Stock',
    States: {
      'Check Stock': task({
        End: undefined,
        Next: 'Charge',
        InputPath: '$.order',
        ResultPath: '$.stock',
        TimeoutSeconds: 20,
      }),
      Charge: task({
        Parameters: { 'amount.$': '$.order.total', 'left.$': '$.stock.left', currency: 'EUR $' },
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 4, IntervalSeconds: 2 }],
      }),
    },
  });
  expect(found).toEqual({
    unmapped: [],
    output: '$charge',
    steps: {
      checkStock: { stage: 'check-stock', input: '$input.order', retry: 1, timeout: '20s' },
      charge: {
        stage: 'charge',
        input: { amount: '$input.order.total', left: '$checkStock.left', currency: 'EUR $' },
        retry: { maxAttempts: 5, initial: '2s', max: '1d', jitter: 0 },
      },
    },
  });
});

test('a choice is conditions, and where the ways meet, what was there on either', () => {
  const { steps, output, unmapped } = imported({
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.total', NumericGreaterThan: 100, Next: 'Review' },
          {
            And: [
              { Variable: '$.kind', StringEquals: 'gift' },
              { Variable: '$.note', IsPresent: true },
            ],
            Next: 'Wrap',
          },
        ],
        Default: 'Ship',
      },
      Review: task({ End: undefined, Next: 'Ship' }),
      Wrap: task({ End: undefined, Next: 'Ship' }),
      Ship: task(),
    },
  });
  expect([unmapped, output]).toEqual([[], '$ship']);
  expect(steps['review']!['when']).toBe('input.total > 100.0');
  expect(steps['wrap']!['when']).toBe('!(input.total > 100.0) && (input.kind == "gift") && (has(input.note))');
  expect(steps['ship']).toMatchObject({ input: '${orElse(wrap, review, input)}' });
});

test('a map is a map, a parallel a list of what its branches gave, a wait a sleep', () => {
  const { steps, output, unmapped } = imported({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 4,
        ToleratedFailurePercentage: 5,
        ItemSelector: { 'sku.$': '$$.Map.Item.Value.sku' },
        ItemProcessor: { StartAt: 'Pick', States: { Pick: task() } },
        ResultPath: '$.picked',
        Next: 'Pause',
      },
      Pause: { Type: 'Wait', Seconds: 60, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        End: true,
        Branches: [
          { StartAt: 'Mail', States: { Mail: task({ InputPath: '$.picked' }) } },
          { StartAt: 'Bill', States: { Bill: task({ InputPath: '$.customer' }) } },
        ],
      },
    },
  });
  expect([unmapped, output]).toEqual([[], '$both']);
  expect(steps['each']).toMatchObject({ map: '$input.items', concurrency: 4, onItemFailure: { toleratePercent: 5 } });
  expect(JSON.stringify(steps['each']!['do'])).toContain('"sku":"$item.sku"');
  expect(steps['pause']).toEqual({ sleep: '1m', after: 'each' });
  expect(steps['mail']).toMatchObject({ input: '$each', after: 'pause' });
  expect(steps['bill']).toMatchObject({ input: '$input.customer', after: 'pause' });
  expect(steps['both']).toEqual({ value: ['$mail', '$bill'] });
});

test('a catcher for all errors is the way of a step that failed, and only of that', () => {
  const { steps, unmapped } = imported({
    StartAt: 'Pay',
    States: {
      Pay: task({
        End: undefined,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Undo' }],
        Next: 'Done',
      }),
      Undo: task({ Parameters: { 'id.$': '$.id' } }),
      Done: { Type: 'Succeed' },
    },
  });
  expect(unmapped).toEqual([]);
  expect(steps['pay']).toMatchObject({ onFailure: { give: { caught: '$failure' } } });
  expect(steps['undo']).toMatchObject({ when: 'type(pay) == map && has(pay.caught)', input: { id: '$input.id' } });
});

test('JSONata: paths, variables and comparisons', () => {
  const { steps, output, unmapped } = imported({
    QueryLanguage: 'JSONata',
    StartAt: 'Read',
    States: {
      Read: task({
        End: undefined,
        Arguments: { id: '{% $states.input.id %}' },
        Assign: { total: '{% $states.result.total %}' },
        Next: 'Big',
      }),
      Big: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $total > 100 and $states.input.kind = 'gift' %}", Next: 'Wrap' }],
        Default: 'Done',
      },
      Wrap: task({ Arguments: { total: '{% $total %}' }, Output: { wrapped: '{% $states.result.ok %}' } }),
      Done: { Type: 'Succeed' },
    },
  });
  expect(unmapped).toEqual([]);
  expect(steps['wrap']).toMatchObject({
    when: '(read.total > 100.0 && read.kind == "gift")',
    input: { total: '$read.total' },
  });
  expect(steps['output']).toMatchObject({ value: { wrapped: '$wrap.ok' }, when: steps['wrap']!['when'] });
  expect(output).toBe('${orElse(output, read)}');
});

test('what cannot be mapped is named, with state, field and what to do', () => {
  const { unmapped } = importedYaml(
    {
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Parameters: { 'id.$': 'States.UUID()', 'all.$': '$.items[*].id' },
          HeartbeatSeconds: 5,
          Next: 'Again',
        },
        Again: {
          Type: 'Choice',
          Choices: [{ Variable: '$.done', BooleanEquals: false, Next: 'Ask' }],
          Default: 'Stop',
        },
        Stop: { Type: 'Succeed' },
      },
    },
    'orders',
  );
  expect(unmapped.map(({ state, field }) => `${state} ${field}`).sort()).toEqual([
    'Again Next',
    'Ask HeartbeatSeconds',
    'Ask Parameters.all.$',
    'Ask Parameters.id.$',
    'Ask Resource',
  ]);
  for (const { why, instead } of unmapped) expect([why, instead]).not.toContain('');
});

test('what is no state machine is refused', () => {
  expect(() => importedYaml({ States: {} }, 'x')).toThrow('This is no state machine');
});
