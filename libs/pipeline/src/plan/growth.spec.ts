import type { StageSchemas } from '@millrace/contracts';
import { PlanError } from '../index.js';
import { breaks, checkPlan, differences, mermaid, validateInput } from '../engine.js';
import { conditionsOver } from '../authoring/compiled-condition.js';
import { growthOf } from './growth.fixture.js';
import { Ancestors, orderOf } from './graph.js';
import { linearPattern } from '../schemas/linear-pattern.js';

const stage = (predecessors: readonly string[], more: object = {}) => ({
  kind: 'stage',
  stage: 'a-stage',
  input: { $ref: ['input'] },
  retry: { maxAttempts: 1 },
  timeoutMs: 1_000,
  predecessors,
  ...more,
});
const named = (n: number, step: (i: number) => unknown) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, step(i)]));
const planOf = (steps: object, inputSchema: unknown = {}) => ({
  format: 1,
  pipeline: 'growing',
  inputSchema,
  steps,
  output: null,
});
const check = (plan: object) => checkPlan({ plan, contracts: {} }, { maxSteps: 100_000 });

describe('a plan four times as large takes about four times as long, not sixteen', () => {
  test.each<[string, (n: number) => object]>([
    ['steps one after the other', (n) => named(n, (i) => stage(i === 0 ? [] : [`s${i - 1}`]))],
    ['the same from the last to the first', (n) => named(n, (i) => stage(i === n - 1 ? [] : [`s${i + 1}`]))],
    ['steps beside each other', (n) => named(n, () => stage([]))],
    ['steps after one', (n) => named(n, (i) => stage(i === 0 ? [] : ['s0']))],
    [
      'steps that wait for the two before',
      (n) => named(n, (i) => stage([i - 1, i - 2].filter((one) => one >= 0).map((one) => `s${one}`))),
    ],
    [
      'steps that read the first',
      (n) => named(n, (i) => stage(i === 0 ? [] : [`s${i - 1}`], { input: i === 0 ? null : { $ref: ['s0'] } })),
    ],
    ['conditions', (n) => named(n, (i) => stage(i === 0 ? [] : [`s${i - 1}`], { when: 'input.a == 1.0' }))],
    [
      'loops',
      (n) =>
        named(n, (i) => ({
          kind: 'loop',
          as: 'it',
          work: { ...stage([]), predecessors: undefined },
          until: 'it != null',
          max: 2,
          onLimit: 'fail',
          predecessors: i === 0 ? [] : [`s${i - 1}`],
        })),
    ],
  ])('%s', (_, steps) => {
    const plans = new Map([250, 1_000].map((n) => [n, planOf(steps(n))]));
    expect(growthOf((n) => check(plans.get(n)!), 250)).toMatchObject({ isLinear: true });
  });

  test('a very long chain, in order, in what each waits for, in a picture and against another', () => {
    const chainOf = (n: number) =>
      new Map(Array.from({ length: n }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
    const work = (n: number) => {
      const steps = chainOf(n);
      new Ancestors(steps, orderOf(steps)).reduced();
    };
    expect(growthOf(work, 1_000)).toMatchObject({ isLinear: true });
    expect(() => work(20_000)).not.toThrow();
    const plans = new Map(
      [500, 2_000].map((n) => [n, check(planOf(named(n, (i) => stage(i === 0 ? [] : [`s${i - 1}`])))).plan]),
    );
    const others = new Map(
      [500, 2_000].map((n) => [
        n,
        check(planOf(named(n, (i) => stage(i === 0 ? [] : [`s${i - 1}`], { timeoutMs: 2 })))).plan,
      ]),
    );
    expect(growthOf((n) => mermaid(plans.get(n)!), 500)).toMatchObject({ isLinear: true });
    expect(growthOf((n) => differences({ plan: plans.get(n)! }, { plan: others.get(n)! }), 500)).toMatchObject({
      isLinear: true,
    });
  });
});

describe('no schema keeps whoever checks a value busy for long', () => {
  const valid = (schema: unknown) => {
    const loaded = check(planOf({}, schema));
    return (value: unknown) => validateInput(loaded, value);
  };

  test.each<[string, string, (n: number) => string]>([
    ['nested repetitions', '^(a+)+$', (n) => `${'a'.repeat(n)}!`],
    ['alternatives that overlap', '^(a|a)*$', (n) => `${'a'.repeat(n)}!`],
    ['repetitions that overlap', '(x+x+)+y', (n) => 'x'.repeat(n)],
    ['a search from everywhere', 'a*b', (n) => 'a'.repeat(n)],
    ['spaces before an end', '\\s+$', (n) => `${' '.repeat(n)}x`],
    [
      'a mail address',
      '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
      (n) => 'a'.repeat(n),
    ],
  ])('a pattern with %s', (_, pattern, text) => {
    const validate = valid({ type: 'string', pattern });
    expect(growthOf((n) => expect(validate(text(n))).toHaveLength(1), 20_000)).toMatchObject({ isLinear: true });
    expect(growthOf((n) => linearPattern(pattern).test(text(n)), 20_000)).toMatchObject({ isLinear: true });
  });

  test.each<[string, unknown, (n: number) => unknown]>([
    ['items that are to be unique', { uniqueItems: true }, (n) => Array.from({ length: n }, (_, id) => ({ id }))],
    [
      'many choices for many items',
      { items: { enum: Array.from({ length: 4_000 }, (_, i) => ({ i })) } },
      (n) => Array.from({ length: n }, (_, i) => ({ i: i % 4_000 })),
    ],
    [
      'a constant of many fields',
      { items: { const: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [i, i])) } },
      (n) => Array.from({ length: n }, () => ({})),
    ],
  ])('%s', (_, schema, value) => {
    const validate = valid(schema);
    expect(growthOf((n) => validate(value(n)), 10_000)).toMatchObject({ isLinear: true });
  });

  const TOO_MUCH = 'is too large or too deep for its schema to be checked';
  const nestedIn = (depth: number): unknown =>
    depth === 0 ? { kind: 'none' } : { kind: 'z', left: nestedIn(depth - 1) };
  test.each<[string, unknown, unknown]>([
    [
      'a type that is tried twice at each level',
      {
        $ref: '#/$defs/t',
        $defs: {
          t: {
            anyOf: ['x', 'y', 'z'].map((kind) => ({
              properties: { left: { $ref: '#/$defs/t' }, kind: { const: kind } },
              required: ['kind'],
            })),
          },
        },
      },
      nestedIn(60),
    ],
    [
      'types that each are the next one twice',
      {
        $ref: '#/$defs/d0',
        $defs: Object.fromEntries(
          Array.from({ length: 40 }, (_, i) => [
            `d${i}`,
            i < 39 ? { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] } : true,
          ]),
        ),
      },
      1,
    ],
  ])('%s is refused after a bounded number of steps', (_, schema, value) => {
    expect(valid(schema)(value)).toEqual([{ pointer: '', detail: TOO_MUCH }]);
  });

  test('contracts whose forms multiply are refused, not compared for ever', () => {
    const both = { anyOf: [{ type: 'string' }, { type: 'number' }] };
    const many = (more: object): StageSchemas => ({
      input: { allOf: Array.from({ length: 40 }, () => both), ...more } as never,
      output: {},
    });
    expect(breaks(many({}), many({ title: 'other' }))).toEqual([
      { pointer: '/input', detail: 'is too complex to be compared' },
    ]);
  });
});

describe('no condition keeps whoever evaluates it busy for long', () => {
  const holds = (text: string, input: unknown) => conditionsOver(['input'])(text, 'a').holds({ input });
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  const text = 'x'.repeat(200_000);

  test.each<[string, string]>([
    ['a loop in a loop', 'input.list.all(a, input.list.all(b, a + b >= 0.0))'],
    ['a loop in a loop whose errors do not count', 'input.list.all(a, input.list.exists(b, b.nope == a)) || true'],
    ['comparisons of all with all', 'input.list.all(a, input.list == input.other)'],
    ['searches of all in all', 'input.list.all(a, a in input.list)'],
    [
      'texts that double',
      `${Array.from({ length: 40 }, (_, i) => `cel.bind(v${i}, ${i === 0 ? 'input.text' : `v${i - 1} + v${i - 1}`}, `).join('')}size(v39) > 0${')'.repeat(40)}`,
    ],
    [
      'lists that double',
      `${Array.from({ length: 40 }, (_, i) => `cel.bind(v${i}, ${i === 0 ? 'input.list' : `v${i - 1} + v${i - 1}`}, `).join('')}size(v39) > 0${')'.repeat(40)}`,
    ],
    ['lists of lists', 'input.list.map(a, input.list.map(b, b)).size() > 0'],
    ['a text for each item', 'input.list.all(a, input.text.contains("y") || input.text.split("").size() > 0)'],
    ['a long separator', 'input.list.map(a, "a").join(input.text) == ""'],
    ['a very long length of time', 'duration(input.text) > duration("1s")'],
    ['a very long number', 'int(input.text) > 1'],
    ['a pattern for each item', 'input.list.all(a, input.text.matches("^(x+)+y$") == false)'],
  ])('%s', (_, condition) => {
    expect(holds(condition, { list, other: [...list], text })).toMatchObject({
      code: 'CONDITION_FAILED',
      message: expect.stringContaining('it takes too many steps') as string,
    });
  });

  test('a pattern that would need back-tracking is matched in linear time, one that cannot be is refused', () => {
    expect(
      growthOf((n) => expect(holds('input.matches("^(a+)+$")', `${'a'.repeat(n)}!`)).toBe(false), 20_000),
    ).toMatchObject({ isLinear: true });
    expect(holds('input.text.matches(input.pattern)', { text: `${'a'.repeat(1_000)}!`, pattern: '^(a+)+$' })).toBe(
      false,
    );
    expect(() => holds('input.matches("(a)\\\\1")', 'aa')).toThrow(PlanError);
  });

  test('what people write is evaluated as ever', () => {
    const input = {
      subject: 'Refund 12',
      tags: ['a', 'b'],
      lines: Array.from({ length: 1_000 }, (_, i) => ({ price: i, n: 'x' })),
    };
    expect(holds('input.subject.matches("[Rr]efund \\\\d+$")', input)).toBe(true);
    expect(holds('input.tags.exists(t, t == "b") && input.lines.all(l, l.price >= 0.0)', input)).toBe(true);
    expect(holds('input.lines.filter(l, l.price > 500.0).map(l, l.price).size() == 499', input)).toBe(true);
    expect(holds('input.tags.exists(t, input.lines.exists(l, l.n == t))', input)).toBe(false);
    expect(holds('input.tags.join(", ") == "a, b"', input)).toBe(true);
    expect(holds('cel.bind(n, size(input.tags), n == 2)', input)).toBe(true);
    expect(holds('has(input.subject) && input.subject.startsWith("Re")', input)).toBe(true);
  });
});
