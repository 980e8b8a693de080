import { z } from 'zod';
import {
  and,
  cel,
  type Condition,
  defineStage,
  eq,
  gt,
  gte,
  includes,
  isPresent,
  lt,
  lte,
  ne,
  not,
  or,
  orElse,
  pipeline,
  PlanError,
  type Ref,
} from '../index.js';
import { loadPlan, advance } from '../engine.js';

const Tree = z.object({
  name: z.string(),
  get left() {
    return Tree.optional();
  },
  get right() {
    return z.intersection(Tree, z.object({ weight: z.number() })).nullish();
  },
});

const Facts = z.object({
  score: z.number(),
  ok: z.boolean(),
  label: z.enum(['a', 'b']),
  code: z.string().startsWith('a').includes('b'),
  tags: z.array(z.string()),
  note: z.string().optional(),
  limit: z.number().nullable(),
  flag: z.boolean().optional(),
  deep: z.object({ count: z.int().nullish(), 'odd key': z.string().optional() }).optional(),
  counts: z.record(z.string(), z.number()),
  'odd one': z.object({ of: z.string().nullable() }).optional(),
  odd_one: z.object({ of: z.number() }).optional(),
  tree: Tree.optional(),
  shape: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('x'), size: z.number() }),
    z.object({ kind: z.literal('y') }),
  ]),
});
type Facts = z.infer<typeof Facts>;

const look = defineStage({ name: 'look', input: z.object({}), output: Facts });
const act = defineStage({ name: 'act', input: z.object({}), output: z.object({}) });

const full: Facts = {
  score: 0.5,
  ok: true,
  label: 'a',
  code: 'abc',
  tags: ['red', 'blue'],
  note: 'hello',
  limit: 3,
  flag: true,
  deep: { count: 2, 'odd key': 'odd' },
  counts: { one: 1 },
  'odd one': { of: 'x' },
  odd_one: { of: 1 },
  tree: { name: 'root', left: { name: 'leaf' }, right: { name: 'leaf', weight: 2 } },
  shape: { kind: 'x', size: 4 },
};
const bare: Facts = {
  score: 0.5,
  ok: false,
  label: 'b',
  code: 'ab',
  tags: [],
  limit: null,
  counts: {},
  shape: { kind: 'y' },
};

/** A condition over the facts of a step, or of one that may be skipped: its CEL, and whether it holds for some facts (undefined: skipped). */
function conditionOn(define: (facts: Ref<Facts>) => Condition | Ref<boolean | undefined>, mayBeSkipped = false) {
  const { plan } = pipeline({ name: 'test', input: z.object({ go: z.boolean() }) }, ({ input, step }) => {
    const facts = step('facts', look, {}, mayBeSkipped ? { when: input.go } : {}) as Ref<Facts>;
    return step('act', act, {}, { when: define(facts) });
  });
  const loaded = loadPlan(plan);
  const holds = (facts: Facts | undefined) => {
    const scope = { input: {}, ...(facts && { facts: JSON.parse(JSON.stringify(facts)) as unknown }) };
    const { wanted, failed } = advance(loaded, { scope, mark: (step) => (step === 'facts' ? 'completed' : undefined) });
    return failed[0]?.failure.code ?? wanted.length === 1;
  };
  return { text: plan.steps['act']!.when, holds };
}

test.each<[string, (facts: Ref<Facts>) => Condition | Ref<boolean | undefined>, string, boolean, boolean]>([
  ['lt', (f) => lt(f.score, 1), 'facts.score < 1.0', true, true],
  ['lte', (f) => lte(f.score, 0.5), 'facts.score <= 0.5', true, true],
  ['gt', (f) => gt(f.score, f.limit), 'facts.limit != null && facts.score > facts.limit', false, false],
  ['gte', (f) => gte(f.score, 0.6), 'facts.score >= 0.6', false, false],
  ['order of texts', (f) => gt(f.note, 'abc'), 'has(facts.note) && facts.note > "abc"', true, false],
  ['eq', (f) => eq(f.label, 'a'), 'facts.label == "a"', true, false],
  ['ne', (f) => ne(f.label, 'a'), 'facts.label != "a"', false, true],
  ['ne of what may be absent', (f) => ne(f.note, 'hello'), '!(has(facts.note) && facts.note == "hello")', false, true],
  ['a boolean', (f) => f.ok as never, 'facts.ok', true, false],
  ['an optional boolean', (f) => f.flag, 'has(facts.flag) && facts.flag', true, false],
  ['not', (f) => not(f.ok), '!facts.ok', false, true],
  ['not of what may be absent', (f) => not(f.flag), '!(has(facts.flag) && facts.flag)', false, true],
  [
    'and, or',
    (f) => and(or(f.ok, f.flag), not(lt(f.score, 0))),
    '(facts.ok || (has(facts.flag) && facts.flag)) && !(facts.score < 0.0)',
    true,
    false,
  ],
  ['isPresent', (f) => isPresent(f.note), 'has(facts.note)', true, false],
  ['isPresent of null', (f) => isPresent(f.limit), 'facts.limit != null', true, false],
  ['isPresent of what always is', (f) => isPresent(f.score), 'true', true, true],
  [
    'deep',
    (f) => gt(f.deep.count, 1),
    'has(facts.deep) && has(facts.deep.count) && facts.deep.count != null && facts.deep.count > 1.0',
    true,
    false,
  ],
  [
    'odd keys',
    (f) => eq(f.deep['odd key'], 'odd'),
    'has(facts.deep) && "odd key" in facts.deep && facts.deep["odd key"] == "odd"',
    true,
    false,
  ],
  ['items', (f) => eq(f.tags[1], 'blue'), 'size(facts.tags) > 1 && facts.tags[1] == "blue"', true, false],
  [
    'a key of a record',
    (f) => eq(f.counts['one']!, 1),
    'has(facts.counts.one) && facts.counts.one == 1.0',
    true,
    false,
  ],
  ['includes in a list', (f) => includes(f.tags, 'red'), '"red" in facts.tags', true, false],
  ['includes of a list', (f) => includes(['a', 'c'], f.label), 'facts.label in ["a", "c"]', true, false],
  ['includes in a text', (f) => includes(f.note, 'ell'), 'has(facts.note) && facts.note.contains("ell")', true, false],
  [
    'orElse',
    (f) => eq(orElse(f.note, f.label), 'hello'),
    '(has(facts.note) ? facts.note : facts.label) == "hello"',
    true,
    false,
  ],
  [
    'orElse of optionals',
    (f) => gt(orElse(f.note, f.deep['odd key']), 'h'),
    '((has(facts.note)) || (has(facts.deep) && "odd key" in facts.deep)) && (has(facts.note) ? facts.note : facts.deep["odd key"]) > "h"',
    true,
    false,
  ],
  [
    'cel',
    (f) => cel`size(${f.tags}) > 1 && ${f.score} + ${1} > 1.2`,
    'size(facts.tags) > 1 && facts.score + 1.0 > 1.2',
    true,
    false,
  ],
  [
    'cel with conditions',
    (f) => not(cel`${isPresent(f.note)} && size(${f.note}) > 3`),
    '!((has(facts.note)) && size(facts.note) > 3)',
    false,
    true,
  ],
  [
    'odd keys of objects',
    (f) => eq(f['odd one'].of, 'x'),
    '"odd one" in facts && facts["odd one"].of != null && facts["odd one"].of == "x"',
    true,
    false,
  ],
  ['names that look alike', (f) => eq(f.odd_one.of, 1), 'has(facts.odd_one) && facts.odd_one.of == 1.0', true, false],
  [
    'types that hold themselves',
    (f) => eq(f.tree.left.name, 'leaf'),
    'has(facts.tree) && has(facts.tree.left) && facts.tree.left.name == "leaf"',
    true,
    false,
  ],
  [
    'intersections',
    (f) => eq(f.tree.right.weight, 2),
    'has(facts.tree) && has(facts.tree.right) && facts.tree.right != null && facts.tree.right.weight == 2.0',
    true,
    false,
  ],
  ['texts of several patterns', (f) => eq(f.code, 'abc'), 'facts.code == "abc"', true, false],
  [
    'cel within a condition',
    (f) => or(cel`${f.ok} ? false : true`, f.ok),
    '(facts.ok ? false : true) || facts.ok',
    true,
    true,
  ],
  ['unions', (f) => eq(f.shape.kind, 'x'), 'facts.shape.kind == "x"', true, false],
])('%s', (_, define, text, ofFull, ofBare) => {
  const condition = conditionOn(define);
  expect(condition.text).toBe(text);
  expect(condition.holds(full)).toBe(ofFull);
  expect(condition.holds(bare)).toBe(ofBare);
});

test('comparisons with a skipped step are false, and so is its presence', () => {
  expect(conditionOn((f) => lt(f.score, 1), true).text).toBe('facts != null && facts.score < 1.0');
  expect(conditionOn((f) => lt(f.score, 1), true).holds(undefined)).toBe(false);
  expect(conditionOn((f) => isPresent(f), true).holds(undefined)).toBe(false);
  expect(conditionOn((f) => isPresent(f), true).holds(bare)).toBe(true);
  expect(conditionOn((f) => not(f.ok), true).holds(undefined)).toBe(true);
  expect(conditionOn((f) => ne(f.label, 'a'), true).holds(undefined)).toBe(true);
});

test('unguarded CEL over something absent fails its step, not the run’s coordinator', () => {
  const condition = conditionOn((f) => cel`${f.note} == "hello"`);
  expect(condition.holds(full)).toBe(true);
  expect(condition.holds(bare)).toBe('CONDITION_FAILED');
});

test.each<[string, (facts: Ref<Facts>) => Condition, string]>([
  ['a field that does not exist', () => cel`facts.scor < 1.0`, 'No such key: scor'],
  ['a field that does not exist, deeper', () => cel`facts.shape.colour == "red"`, 'No such key: colour'],
  ['a wrong type', () => cel`facts.label < 1.0`, 'string < double'],
  ['an item of a wrong type', () => cel`facts.tags[0] < 1.0`, 'string < double'],
  ['whole numbers in arithmetic', () => cel`facts.score + 1 > 2.0`, 'double + int'],
  ['an unknown step', () => cel`fcats.score > 2.0`, 'fcats'],
  ['a text', (f) => cel`${f.label}`, 'type string, not bool'],
  ['no CEL at all', () => cel`facts.score <`, 'not'],
])('a condition over %s is refused, by the name of its step', (_, define, reason) => {
  const attempt = () => conditionOn(define);
  expect(attempt).toThrow(PlanError);
  expect(attempt).toThrow(reason);
  expect(attempt).toThrow('step "act"');
});
