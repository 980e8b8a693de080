import { z } from 'zod';
import fc from 'fast-check';
import { misfits } from '../schemas/containment.js';
import { defineStage } from '../index.js';
import { breaks, schemasOf } from '../engine.js';
import { schemaTest } from '../schemas/validation.js';

const Input = z.object({ text: z.string() });
const Output = z.object({ label: z.enum(['a', 'b']), score: z.number().min(0).max(1) });
const stage = (input: z.ZodType, output: z.ZodType) => schemasOf(defineStage({ name: 'judge', input, output }));
const Tree = z.object({
  name: z.string(),
  get below() {
    return z.array(Tree).optional();
  },
});
const Taller = z.object({
  name: z.string(),
  get below() {
    return z.array(Taller).optional();
  },
  age: z.int().optional(),
});

describe('a stage’s contract may grow', () => {
  test.each<[string, z.ZodType, z.ZodType]>([
    ['an optional field of the input', Input.extend({ language: z.string().optional() }), Output],
    ['a field of the input that has a default', Input.extend({ language: z.string().default('en') }), Output],
    ['an input that need not be there any more', Input.partial(), Output],
    ['a wider input', z.object({ text: z.union([z.string(), z.null()]) }), Output],
    ['a field of the output', Input, Output.extend({ why: z.string() })],
    [
      'an output that is always narrower',
      Input,
      Output.extend({ label: z.literal('a'), score: z.number().min(0.5).max(1) }),
    ],
    ['nothing at all', Input, Output],
    ['other words about it', z.object({ text: z.string().describe('the words') }), Output],
  ])('%s', (_, input, output) => {
    expect(breaks(stage(Input, Output), stage(input, output))).toEqual([]);
  });

  test('a type that holds itself', () => {
    expect(breaks(stage(Tree, Tree), stage(Taller, Taller))).toEqual([]);
  });
});

describe('a stage’s contract may not break those who know it', () => {
  test.each<[string, z.ZodType, z.ZodType, string, string]>([
    ['a new field that is needed', Input.extend({ id: z.string() }), Output, '/input/id', 'may be missing'],
    ['a narrower input', z.object({ text: z.string().max(10) }), Output, '/input/text', 'maxLength 10'],
    ['an input of another type', z.object({ text: z.number() }), Output, '/input/text', 'is string, not number'],
    [
      'an input that is strict now',
      z.strictObject({ other: z.string().optional() }),
      Output,
      '/input/text',
      'is not taken',
    ],
    ['an output that may be missing', Input, Output.partial({ score: true }), '/output/score', 'may be missing'],
    ['an output without a field', Input, Output.omit({ score: true }), '/output/score', 'may be missing'],
    ['another value of the output', Input, Output.extend({ label: z.enum(['a', 'c']) }), '/output/label', 'may be "c"'],
    ['a wider output', Input, Output.extend({ score: z.number().min(0).max(100) }), '/output/score', 'maximum 1'],
    [
      'null in the output',
      Input,
      Output.extend({ label: Output.shape.label.nullable() }),
      '/output/label',
      'may be null',
    ],
  ])('%s', (_, input, output, pointer, detail) => {
    expect(breaks(stage(Input, Output), stage(input, output))).toEqual([{ pointer, detail }]);
  });

  test('a type that holds itself and something else', () => {
    const found = breaks(stage(Taller, Taller), stage(Tree.extend({ age: z.string().optional() }), Taller));
    expect(found).toEqual([{ pointer: '/input/age', detail: 'is integer, not string' }]);
  });
});

/** Values with which any difference between the schemas below can be shown. */
const PRIMITIVES = [
  null,
  true,
  false,
  '',
  'a',
  'bb',
  'z',
  'zz',
  'ccc',
  'dddd',
  -2,
  -1,
  -0.5,
  0,
  0.5,
  1,
  1.5,
  2,
  2.5,
  3,
  3.5,
  4,
];
const UNIVERSE: readonly unknown[] = [
  ...PRIMITIVES,
  [],
  ...PRIMITIVES.map((one) => [one]),
  ...PRIMITIVES.flatMap((one) => PRIMITIVES.map((other) => [one, other])),
  ...PRIMITIVES.map((one) => [one, one, one]),
  {},
  ...PRIMITIVES.flatMap((a) => [{ a }, { b: a }]),
  ...PRIMITIVES.flatMap((a) => PRIMITIVES.map((b) => ({ a, b }))),
];

const range = (from: number, to: number) =>
  fc
    .tuple(fc.integer({ min: from, max: to - 1 }), fc.integer({ min: 1, max: 3 }))
    .map(([low, wide]) => [low, Math.min(to, low + wide)] as const);
const kept = (rules: object, keep: readonly boolean[]) =>
  Object.fromEntries(Object.entries(rules).filter((_, i) => keep[i]));
const keep = fc.array(fc.boolean(), { minLength: 2, maxLength: 2 });
const leaf = fc.oneof(
  fc
    .tuple(range(0, 3), keep)
    .map(([[low, high], k]) => ({ type: 'string', ...kept({ minLength: low, maxLength: high }, k) })),
  fc
    .tuple(range(0, 3), keep, fc.constantFrom('number', 'integer'), fc.constantFrom('m', 'exclusiveM'))
    .map(([[low, high], k, type, m]) => ({ type, ...kept({ [`${m}inimum`]: low - 1, [`${m}aximum`]: high }, k) })),
  fc.constantFrom<object>(
    { type: 'boolean' },
    { type: 'null' },
    {},
    { const: 'a' },
    // No numbers: that a range of integers holds just these is not looked for.
    { enum: ['a', 'bb', true] },
    { enum: [null, false] },
  ),
);
const list = fc
  .tuple(leaf, range(0, 2), keep)
  .map(([items, [low, high], k]) => ({ type: 'array', items, ...kept({ minItems: low, maxItems: high }, k) }));
const object = fc
  .tuple(
    leaf,
    leaf,
    fc.constantFrom([], ['a'], ['b'], ['a', 'b']),
    fc.constantFrom<unknown>(undefined, false, true),
    fc.boolean(),
  )
  .map(([a, b, required, others, hasB]) => ({
    type: 'object',
    properties: hasB ? { a, b } : { a },
    required: required.filter((key) => hasB || key === 'a'),
    ...(others !== undefined && { additionalProperties: others }),
  }));
const form = fc.oneof(leaf, list, object);
const schema = fc.oneof(
  form,
  fc.tuple(form, form).map((anyOf) => ({ anyOf })),
  fc.tuple(form, form).map((allOf) => ({ allOf })),
);

/** Says the rule's assumption in JSON Schema: unnamed fields are absent from what is given. */
const withoutOthers = (one: object): object =>
  'type' in one && one.type === 'object' ? { ...one, additionalProperties: false } : mapParts(one, withoutOthers);
const withAnyOthers = (one: object): object =>
  'type' in one && one.type === 'object' ? { ...one, additionalProperties: true } : mapParts(one, withAnyOthers);
const mapParts = (one: object, change: (part: object) => object): object =>
  Object.fromEntries(
    Object.entries(one).map(([key, value]) => [
      key,
      ['anyOf', 'allOf'].includes(key) ? (value as object[]).map(change) : (value as unknown),
    ]),
  );
const counterexample = (given: object, wanted: object, closed: boolean): unknown => {
  const [allows, takes] = [schemaTest(withoutOthers(given)), schemaTest(closed ? wanted : withAnyOthers(wanted))];
  return UNIVERSE.find((value) => allows(value) && !takes(value));
};

describe('the rule', () => {
  test('lets nothing pass that would break', () => {
    fc.assert(
      fc.property(schema, schema, fc.boolean(), (given, wanted, closed) => {
        // Of parts that have to hold at once, the fields that each does not name are the other's.
        fc.pre(!('allOf' in given));
        if (misfits(given, wanted, { closed }).length === 0)
          expect(counterexample(given, wanted, closed)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('refuses nothing of one form that would not break', () => {
    fc.assert(
      fc.property(form, form, fc.boolean(), (given, wanted, closed) => {
        fc.pre(!('allOf' in wanted));
        if (misfits(given, wanted, { closed }).length > 0)
          expect(counterexample(given, wanted, closed)).not.toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('lets everything pass that has not changed', () => {
    fc.assert(
      fc.property(
        schema,
        fc.boolean(),
        (one, closed) => misfits(one, JSON.parse(JSON.stringify(one)), { closed }).length === 0,
      ),
    );
  });
});
