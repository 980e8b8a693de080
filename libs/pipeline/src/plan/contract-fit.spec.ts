import type { StageSchemas } from '@millrace/contracts';
import { z } from 'zod';
import { defineStage, type StageContract } from '../index.js';
import { contractMisfits, type Plan, schemasOf } from '../engine.js';
import { supportEmail } from '../support-email.fixture.js';

const read = defineStage({
  name: 'read',
  input: z.object({ text: z.string(), pages: z.number().optional(), mode: z.enum(['fast', 'good']).default('fast') }),
  output: z.object({ label: z.string(), amounts: z.array(z.number()), note: z.string().optional() }),
});
const send = defineStage({
  name: 'send',
  input: z.object({ text: z.string(), to: z.object({ name: z.string() }).optional() }),
  output: z.object({ id: z.string() }),
});

const known = (...contracts: readonly StageContract[]) =>
  new Map<string, StageSchemas>(contracts.map((contract) => [contract.name, schemasOf(contract)]));
const both = known(read, send);

const retry = { maxAttempts: 1, initialMs: 1, factor: 1, maxMs: 1, jitter: 0 };
const asks = (stage: string, input: unknown, more: object = {}) => ({
  kind: 'stage',
  stage,
  input,
  retry,
  timeoutMs: 1_000,
  startTimeoutMs: 1_000,
  predecessors: [],
  ...more,
});
const planOf = (steps: object, output: unknown = null): Plan =>
  ({ format: 1, pipeline: 'letters', inputSchema: { type: 'object' }, steps, output }) as unknown as Plan;

const ref = (...path: (string | number)[]) => ({ $ref: path });
const found = (plan: Plan, contracts = both) =>
  contractMisfits(plan, contracts).map(
    ({ step, pointer, detail, never }) => `${never ? 'never' : 'maybe'} ${step} ${pointer}: ${detail}`,
  );

describe('a plan and the contracts of its stages', () => {
  test('fit where the step gives what the stage takes, and reads what stages give', () => {
    const first = asks('read', { text: ref('input', 'text'), pages: 3 });
    const second = asks('send', { text: ref('first', 'label'), to: { name: 'Ann' } }, { predecessors: ['first'] });
    expect(found(planOf({ first, second }, { id: ref('second', 'id') }))).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['a required field that is never given', {}, '/text: is required, and the step never gives it'],
    ['an input that is none', 'a text', ': is "a text", not object'],
    ['a literal of another type', { text: 5 }, '/text: is 5, not string'],
    ['a literal within a literal', { $literal: { text: 't', to: { name: 1 } } }, '/to/name: is 1, not string'],
    ['a list instead of a text', { text: [ref('input', 'a')] }, '/text: is an array, not string'],
    ['a field that an object lacks', { text: 't', to: {} }, '/to/name: is required, and the step never gives it'],
  ])('never fit with %s', (_, input, detail) => {
    const [path] = detail.split(':');
    expect(found(planOf({ only: asks('send', input) }))).toEqual([
      `never only /steps/only/input${path}${detail.slice(path!.length)}`,
    ]);
  });

  test('never fit with a value that is none of those that the stage knows', () => {
    expect(found(planOf({ only: asks('read', { text: 't', mode: 'slow' }) }))).toEqual([
      'never only /steps/only/input/mode: is "slow", not "fast" or "good"',
    ]);
  });

  test('never fit where a step reads what no answer of the stage has, also in the output of the pipeline', () => {
    const second = asks('send', { text: ref('first', 'lable') }, { predecessors: ['first'] });
    const plan = planOf({ first: asks('read', { text: 't' }), second }, [ref('first', 'label', 'deep')]);
    expect(found(plan)).toEqual([
      'never second /steps/second/input/text: reads first.lable, and there is no "lable" (did you mean "label"?)',
      'never  /output/0: reads first.label.deep, and there is no "deep"',
    ]);
  });

  test('never fit where a condition reads what no answer of the stage has: the nearest name is told', () => {
    const first = asks('read', { text: 't' });
    const second = asks('send', { text: 't' }, { when: 'input.x == 1 || first.lable == "a"', predecessors: ['first'] });
    expect(found(planOf({ first, second }))).toEqual([
      'never second /steps/second/when: reads first.lable, and there is no "lable" (did you mean "label"?)',
    ]);
    const until = { as: 'round', until: 'round.id == first.lable', max: 2, onLimit: 'fail', predecessors: ['first'] };
    expect(found(planOf({ first, loop: { kind: 'loop', work: asks('send', { text: 't' }), ...until } }))).toEqual([
      'never loop /steps/loop/until: reads first.lable, and there is no "lable" (did you mean "label"?)',
    ]);
    const schema = { type: 'object', properties: { approved: { type: 'boolean' } }, additionalProperties: false };
    const review = { kind: 'review', schema, show: null, timeoutMs: 1, predecessors: [] };
    expect(found(planOf({ review, second: asks('send', { text: 't' }, { when: 'review.aproved' }) }))).toEqual([
      'never second /steps/second/when: reads review.aproved, and there is no "aproved" (did you mean "approved"?)',
    ]);
  });

  test.each<[string, string]>([
    ['a field that may be missing', 'first.note == "x"'],
    ['a field that the condition asks for first', 'has(first.lable) && first.lable == "a"'],
    ['a key that the condition looks for first', '"lable" in first && first["lable"] == "a"'],
    ['fields of items', 'first.amounts.exists(first, first.lable > 1.0)'],
    ['a stage whose contract nobody knows', 'other.anything'],
    ['an object that allows other fields', 'open.lable == 1'],
    ['a step that is null', 'none != null && none.lable == 1'],
    ['a step that may be skipped', 'skipped == null || skipped.label == "a"'],
    ['methods of texts', 'first.label.size() > 3 && first.label.startsWith("a")'],
    ['a place in a list', 'first.amounts[0] > 1.0'],
  ])('fit with a condition that reads %s', (_, when) => {
    const open = defineStage({ name: 'open', input: z.object({}), output: z.looseObject({ label: z.string() }) });
    const steps = {
      first: asks('read', { text: 't' }),
      skipped: asks('read', { text: 't' }, { when: 'input.x' }),
      other: asks('other', {}),
      open: asks('open', {}),
      none: { kind: 'value', value: null, predecessors: [] },
      last: asks('send', { text: 't' }, { when, predecessors: ['first', 'skipped', 'other', 'open', 'none'] }),
    };
    expect(found(planOf(steps), known(read, send, open))).toEqual([]);
  });

  test('never fit where what one stage gives is of another type than the other takes', () => {
    const second = asks('send', { text: ref('first', 'amounts') }, { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', { text: 't' }), second }))).toEqual([
      'never second /steps/second/input/text: is array, not string',
    ]);
    const whole = asks('send', ref('first'), { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', { text: 't' }), second: whole }))).toEqual([
      'never second /steps/second/input/text: is required, and is not there',
    ]);
  });

  test('need not fit where a field that the stage wants may be missing', () => {
    const second = asks('send', { text: ref('first', 'note') }, { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', { text: 't' }), second }))).toEqual([
      'maybe second /steps/second/input/text: "note" may be missing',
    ]);
    const skipped = asks('read', { text: 't' }, { when: 'input.x' });
    const third = asks('send', { text: ref('first', 'label') }, { predecessors: ['first'] });
    expect(found(planOf({ first: skipped, second: third }))).toEqual([
      'maybe second /steps/second/input/text: "first" may be skipped',
    ]);
  });

  test('fit as far as anybody knows: no contract, a default after a failure, something instead', () => {
    const second = asks('send', { text: ref('first', 'lable') }, { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', { text: 't' }), second }), known(send))).toEqual([]);
    const failing = asks('read', { text: 't' }, { onFailure: { default: { lable: 'x' } } });
    expect(found(planOf({ first: failing, second }))).toEqual([]);
    const instead = asks('send', { text: { $orElse: [ref('first', 'note'), 'none'] } }, { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', { text: 't' }), second: instead }))).toEqual([]);
    const maybe = defineStage({
      name: 'maybe',
      input: z.object({}),
      output: z.object({ text: z.string().nullable() }),
    });
    const orText = asks('send', { text: { $orElse: [ref('first', 'text'), 'none'] } }, { predecessors: ['first'] });
    expect(found(planOf({ first: asks('maybe', {}), second: orText }), known(maybe, send))).toEqual([]);
  });

  test('are looked at wherever a stage is asked: fallbacks, what undoes, maps, loops, races, plans within plans', () => {
    const bad = asks('send', { text: 1 });
    const { kind: _, predecessors: __, ...asked } = bad;
    const child = { kind: 'run', plan: planOf({ inner: bad }), input: {}, retry };
    const loop = { kind: 'loop', as: 'round', work: bad, until: 'true', max: 2, onLimit: 'fail', predecessors: [] };
    const map = {
      kind: 'map',
      over: [],
      as: 'item',
      work: bad,
      concurrency: 1,
      onItemFailure: 'fail',
      predecessors: [],
    };
    const fine = { text: 't' };
    const plan = planOf({
      one: asks('send', fine, { fallback: asked }),
      several: asks('send', fine, { fallback: [{ ...asked, input: fine }, asked] }),
      undone: asks('send', fine, { compensate: asked }),
      map,
      loop,
      run: { ...child, predecessors: [] },
      race: { kind: 'race', branches: { a: child }, predecessors: [] },
    });
    const handled = { ...plan, onFailure: { handler: asked } } as unknown as Plan;
    expect(found(handled).map((text) => text.replace(/: .*/, ''))).toEqual([
      'never one /steps/one/fallback/input/text',
      'never several /steps/several/fallback/1/input/text',
      'never undone /steps/undone/compensate/input/text',
      'never map /steps/map/work/input/text',
      'never loop /steps/loop/work/input/text',
      'never run/inner /steps/run/plan/steps/inner/input/text',
      'never race/a/inner /steps/race/branches/a/plan/steps/inner/input/text',
      'never  /onFailure/handler/input/text',
    ]);
  });

  test('fit in a pipeline that the compiler has checked', () => {
    const schemas = new Map([...supportEmail.contracts].map(([name, contract]) => [name, schemasOf(contract)]));
    expect(contractMisfits(supportEmail.plan, schemas)).toEqual([]);
  });

  test('are compared in bounded work, however often a schema refers to itself', () => {
    const node = { anyOf: [{ $ref: '#/$defs/b' }, { $ref: '#/$defs/b' }] };
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `n${i}`,
        { anyOf: [{ $ref: `#/$defs/n${i + 1}` }, { $ref: `#/$defs/n${i + 1}` }] },
      ]),
    );
    const wide = { $defs: { ...$defs, n40: { type: 'string' }, b: node }, $ref: '#/$defs/n0' };
    const contracts = new Map<string, StageSchemas>([
      ['read', { input: wide, output: wide }],
      ['send', { input: wide, output: wide }],
    ]);
    const second = asks('send', ref('first', 'x'), { predecessors: ['first'] });
    expect(found(planOf({ first: asks('read', 5), second }), contracts)).toEqual([]);
  });
});
