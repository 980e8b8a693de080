import { PlanError } from '../index.js';
import { checkPlan, checkSchedule, usablePlan, validateInput } from '../engine.js';
import { supportEmail } from '../support-email.fixture.js';

const { plan } = supportEmail;
const stage = (more: object) => ({
  kind: 'stage',
  stage: 'a-stage',
  input: null,
  retry: { maxAttempts: 1 },
  timeoutMs: 1_000,
  predecessors: [],
  ...more,
});
const asking = (inputSchema: unknown) => ({ ...plan, inputSchema });
const withSteps = (steps: object) => ({ ...plan, steps, output: null });

const refusalOf = (plan: unknown, contracts = {}): PlanError | undefined => {
  try {
    checkPlan({ plan, contracts });
    return undefined;
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
};

const TREE = {
  $ref: '#/$defs/tree',
  $defs: { tree: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } } } },
};
const deep = (depth: number): unknown => (depth === 0 ? {} : { properties: { a: deep(depth - 1) } });
const chain = (length: number) => ({
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length }, (_, i) => [`d${i}`, i + 1 < length ? { $ref: `#/$defs/d${i + 1}` } : true]),
  ),
});

describe('a plan that no coordinator could use is refused before it is published, with the place', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'a schema that refers only to itself',
      { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' },
      /at \/\$defs\/a: it refers only to itself/,
    ],
    ['one that is itself', { $ref: '#' }, /refers only to itself/],
    [
      'one that comes back by another',
      { $ref: '#/$defs/a', $defs: { a: { not: { $ref: '#/$defs/b' } }, b: { if: { $ref: '#/$defs/a' } } } },
      /refers only to itself/,
    ],
    [
      'one that nobody refers to, and that refers to itself',
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } },
      /refers only to itself/,
    ],
    [
      'a reference that leads nowhere',
      { properties: { a: { $ref: '#/$defs/none' } } },
      /at \/properties\/a\/\$ref: "#\/\$defs\/none" leads nowhere/,
    ],
    ['one into what every object has', { $ref: '#/constructor' }, /leads nowhere/],
    ['one that cannot be decoded', { $ref: '#/%' }, /leads nowhere/],
    ['one to the outside', { $ref: 'https://schemas.example/a.json' }, /leads out of the schema/],
    ['one that is no text', { $ref: 7 }, /leads out of the schema/],
    ['an anchor', { $anchor: 'a' }, /"\$anchor" is not supported/],
    ['a schema that is none', 'text', /there is no schema/],
    ['one of no type that there is', { type: 'text' }, /cannot be used/],
    ['properties that are none', { properties: { a: 3 } }, /at \/properties\/a: there is no schema/],
    ['a schema that is too deep', deep(80), /nested deeper than|nested/],
    ['references that lead on and on', chain(500), /lead too far/],
    ['a schema that is too large', { enum: Array.from({ length: 30_000 }, (_, i) => i) }, /more than 10000 values/],
    [
      'a pattern that does not compile',
      { properties: { a: { pattern: '(' } } },
      /at \/properties\/a\/pattern: the pattern/,
    ],
    ['one that looks around', { pattern: '(?=a)b' }, /the pattern cannot be used/],
    ['one that refers back', { pattern: '(a)\\1' }, /the pattern cannot be used/],
    ['one whose repetitions are enormous', { pattern: '((a{1,900}){1,900}){1,900}' }, /the pattern cannot be used/],
    ['one as a key', { patternProperties: { '(': true } }, /at \/patternProperties\/\(/],
  ])('%s', (_, schema, why) => {
    for (const refused of [
      refusalOf(asking(schema)),
      refusalOf(withSteps({ wait: { kind: 'signal', schema, predecessors: [] } })),
      refusalOf(plan, { classify: { input: schema, output: {} } }),
      refusalOf(plan, { classify: { input: {}, output: schema } }),
    ]) {
      expect(refused).toBeInstanceOf(PlanError);
      expect(refused!.message).toMatch(why);
    }
  });

  test.each<[string, unknown, RegExp]>([
    [
      'a cycle',
      withSteps({ a: stage({ predecessors: ['b'] }), b: stage({ predecessors: ['a'] }) }),
      /waits for itself/,
    ],
    ['a step that does not exist', withSteps({ a: stage({ predecessors: ['nope'] }) }), /"nope", which does not exist/],
    ['a condition that is none', withSteps({ a: stage({ when: 'input.(' }) }), /condition/],
    ['a stage whose name can be no topic', withSteps({ a: stage({ stage: 'a b\n' }) }), /not a kebab-case name/],
    ['a pipeline without a name', { ...plan, pipeline: 'No name' }, /not a kebab-case name/],
    [
      'a topic that there cannot be',
      { ...plan, starts: { triggers: { t: { topic: 'a/b c', input: null } } } },
      /no topic can be called/,
    ],
    [
      'a schedule that never comes',
      { ...plan, starts: { schedules: { s: { cron: '0 0 31 2 *', input: null } } } },
      /never comes/,
    ],
    [
      'a schedule in no zone',
      { ...plan, starts: { schedules: { s: { cron: '0 0 * * *', zone: 'Mars/Olympus', input: null } } } },
      /not known/,
    ],
    [
      'a time that no clock reaches',
      withSteps({ a: { kind: 'sleep', ms: 1.8e16, predecessors: [] } }),
      /not valid at \/steps\/a\/ms/,
    ],
    [
      'more runs at once than can be counted',
      { ...plan, starts: { concurrency: { limit: 3e9 } } },
      /not valid at \/starts\/concurrency\/limit/,
    ],
    ['a text that no database holds', withSteps({ a: { kind: 'value', value: 'a\0b', predecessors: [] } }), /NUL/],
    ['half a character', withSteps({ a: { kind: 'value', value: '\ud800', predecessors: [] } }), /surrogate/],
    ['no plan at all', null, /not valid/],
    ['a list', [], /not valid/],
  ])('%s', (_, candidate, why) => {
    const refused = refusalOf(candidate);
    expect(refused).toBeInstanceOf(PlanError);
    expect(refused!.message).toMatch(why);
  });

  test('schemas within a plan within a plan, too', () => {
    const inner = { ...withSteps({ wait: { kind: 'signal', schema: { $ref: '#' }, predecessors: [] } }), given: [] };
    const outer = withSteps({ child: { kind: 'run', plan: inner, retry: {}, predecessors: [] } });
    expect(refusalOf(outer)!.message).toMatch(/step "wait": .*refers only to itself/);
  });

  test('more steps than a plan may have, wherever they are', () => {
    const steps = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`s${i}`, stage({})]));
    const child = { kind: 'run', plan: withSteps(steps), retry: {}, predecessors: [] };
    expect(refusalOf(withSteps(steps))).toBeUndefined();
    expect(refusalOf(withSteps({ a: child, b: child }))!.message).toMatch(/1202 steps, and may have 1000/);
  });
});

describe('a plan that can be used is not refused', () => {
  test('a type that holds itself', () => {
    const loaded = checkPlan({ plan: asking(TREE), contracts: {} });
    expect(validateInput(loaded, { children: [{ children: [] }] })).toBeUndefined();
    expect(validateInput(loaded, { children: [{ children: [7] }] })).toMatchObject([
      { pointer: '/children/0/children/0' },
    ]);
  });

  test('and has the hash that it always had', () => {
    expect(checkPlan({ plan, contracts: {} }).hash).toBe(supportEmail.loaded.hash);
    expect(usablePlan(plan).hash).toBe(supportEmail.loaded.hash);
  });
});

test('a schedule is refused for what is wrong with it, whatever that is', () => {
  const at = Date.UTC(2026, 0, 1);
  expect(checkSchedule({ name: 'daily', cron: '0 9 * * *' }, at).nextAt).toBe(Date.UTC(2026, 0, 1, 9));
  for (const bad of [
    { name: 'daily', cron: 'nonsense' },
    { name: 'daily', cron: '0 9 * * *', zone: 'Nowhere' },
    { name: 'daily', cron: '0 9 * * *', catchUp: 'some' },
    { name: 'a\0b', cron: '0 9 * * *' },
    { name: 'daily', cron: 7 },
  ])
    expect(() => checkSchedule(bad, at)).toThrow(PlanError);
});
