import { PlanError } from '../index.js';
import {
  advance,
  carriedWith,
  fallbackInputOf,
  handOff,
  inputOf,
  type Scope,
  loadPlan,
  outputOf,
  type StepMark,
} from '../engine.js';

const retry = { maxAttempts: 3, initialMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.2 };
const stage = (predecessors: string[], input: unknown, more: object = {}) => ({
  kind: 'stage',
  stage: 'a-stage',
  input,
  retry,
  timeoutMs: 30_000,
  predecessors,
  ...more,
});
const planOf = (steps: Record<string, unknown>, output: unknown = null) =>
  loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output });
const at = (scope: Scope, marks: Record<string, StepMark>) => ({ scope, mark: (step: string) => marks[step] });

describe('what the coordinator starts', () => {
  const diamond = planOf({
    a: stage([], { $ref: ['input', 'text'] }),
    left: stage(['a'], { of: { $ref: ['a', 'x'] } }),
    right: stage(['a'], { of: { $ref: ['a', 'y'] } }, { when: 'a.y > 1.0' }),
    join: stage(['left', 'right', 'a'], { $orElse: [{ $ref: ['right'] }, { $ref: ['left'] }] }),
  });

  test('a run begins with the steps that wait for nothing', () => {
    expect(advance(diamond, at({ input: { text: 'hello' } }, {}))).toEqual({
      wanted: [{ step: 'a', kind: 'stage', stage: 'a-stage', input: 'hello', timeoutMs: 30_000 }],
      skipped: [],
      failed: [],
    });
  });

  test('steps that wait for the same one begin together', () => {
    const { wanted } = advance(diamond, at({ input: {}, a: { x: 1, y: 2 } }, { a: 'completed' }));
    expect(wanted.map(({ step, input }) => [step, input])).toEqual([
      ['left', { of: 1 }],
      ['right', { of: 2 }],
    ]);
  });

  test('a join begins once all it waits for has ended, a skipped step included', () => {
    const scope = { input: {}, a: { x: 1, y: 0 } };
    const first = advance(diamond, at(scope, { a: 'completed', left: 'begun' }));
    expect(first).toEqual({ wanted: [], skipped: ['right'], failed: [] });
    const second = advance(
      diamond,
      at({ ...scope, left: 'L' }, { a: 'completed', left: 'completed', right: 'skipped' }),
    );
    expect(second.wanted).toMatchObject([{ step: 'join', input: 'L' }]);
  });

  test('a condition that cannot be evaluated is a permanent failure of its step, without the values in it', () => {
    const scope = { input: {}, a: { x: 1, y: 'secret' } };
    const { failed, wanted } = advance(diamond, at(scope, { a: 'completed' }));
    expect(wanted.map(({ step }) => step)).toEqual(['left']);
    expect(failed).toMatchObject([{ step: 'right', failure: { code: 'CONDITION_FAILED', kind: 'permanent' } }]);
    expect(JSON.stringify(failed)).not.toContain('secret');
  });
});

describe('what a stage hands off', () => {
  const chain = planOf(
    {
      a: stage([], null),
      b: stage(['a'], { $ref: ['a'] }, { when: 'input.deep' }),
      c: stage(
        ['b'],
        { b: { $ref: ['b'] }, a: { $ref: ['a', 'x'] } },
        { fallback: { stage: 'f', input: ['$ref'], retry, timeoutMs: 1 } },
      ),
      d: { kind: 'review', schema: {}, show: { $ref: ['c'] }, timeoutMs: 5, predecessors: ['c'] },
      e: stage(['d'], { $ref: ['d'] }),
    },
    { said: { $ref: ['e'] }, always: 1 },
  );

  test('the next stage, with what the stages after it still read', () => {
    expect(chain.order.filter(chain.isHandedOff)).toEqual(['b', 'c']);
    expect(chain.carries('a')).toEqual(['input']);
    expect(chain.carries('b')).toEqual(['a']);
    expect(handOff(chain, 'a', { input: { deep: true }, a: { x: 1 } })).toEqual({
      wanted: [
        { step: 'b', kind: 'stage', stage: 'a-stage', input: { x: 1 }, timeoutMs: 30_000, known: { a: { x: 1 } } },
      ],
      skipped: [],
    });
  });

  test('over a step that is not wanted, to the stage after it', () => {
    const { wanted, skipped } = handOff(chain, 'a', { input: { deep: false }, a: { x: 1 } });
    expect(skipped).toEqual(['b']);
    expect(wanted).toEqual([{ step: 'c', kind: 'stage', stage: 'a-stage', input: { a: 1 }, timeoutMs: 30_000 }]);
  });

  test('nothing where a person, a join, or a failing condition is next', () => {
    expect(handOff(chain, 'c', { c: 1 })).toEqual({ wanted: [], skipped: [] });
    expect(handOff(chain, 'd', { d: 1 })).toEqual({ wanted: [], skipped: [] });
    expect(handOff(chain, 'a', { input: {}, a: {} })).toEqual({ wanted: [], skipped: [] });
  });

  test('a retry, a fallback and the end find their values again', () => {
    expect(inputOf(chain, 'c', { a: { x: 3 }, b: 2 })).toEqual({ b: 2, a: 3 });
    expect(fallbackInputOf(chain, { step: 'c', nth: 1, cause: undefined }, {})).toEqual(['$ref']);
    expect(() => fallbackInputOf(chain, { step: 'b', nth: 1, cause: undefined }, {})).toThrow(PlanError);
    expect(carriedWith(chain, 'b', { a: 1, input: 2 })).toEqual({ a: 1 });
    expect(carriedWith(chain, 'c', { a: 1, input: 2 })).toBeUndefined();
    expect(outputOf(chain, { e: 'done' })).toEqual({ said: 'done', always: 1 });
  });
});

describe('a plan that cannot be run is refused, by the name of its step', () => {
  const refusal = (steps: Record<string, unknown>, output?: unknown) => {
    try {
      planOf(steps, output);
    } catch (error) {
      if (error instanceof PlanError) return [error.code, error.step];
      throw error;
    }
    return undefined;
  };

  test.each([
    ['a cycle', { a: stage(['b'], null), b: stage(['a'], null) }, null, ['CYCLE', 'a']],
    ['a predecessor that does not exist', { a: stage(['b'], null) }, null, ['UNKNOWN_STEP', 'a']],
    [
      'an input that reads a step which may still run',
      { a: stage([], null), b: stage([], { $ref: ['a'] }) },
      null,
      ['NOT_BEFORE', 'b'],
    ],
    [
      'a condition that reads one',
      { a: stage([], null), b: stage([], null, { when: 'a.x' }) },
      null,
      ['NOT_BEFORE', 'b'],
    ],
    ['an input that reads what does not exist', { a: stage([], { $ref: ['z'] }) }, null, ['UNKNOWN_STEP', 'a']],
    ['a malformed reference', { a: stage([], { x: { $ref: 'z' } }) }, null, ['BAD_MAPPING', 'a']],
    ['a condition that is no CEL', { a: stage([], null, { when: 'input ===' }) }, null, ['BAD_CONDITION', 'a']],
    ['a condition over unknown names', { a: stage([], null, { when: 'inptu.x' }) }, null, ['BAD_CONDITION', 'a']],
    ['a condition that is a number', { a: stage([], null, { when: '1 + 1' }) }, null, ['BAD_CONDITION', 'a']],
    ['a name that CEL uses', { string: stage([], null) }, null, ['BAD_STEP_NAME', 'string']],
    ['a name that every object has', { constructor: stage([], null) }, null, ['BAD_STEP_NAME', 'constructor']],
    ['the name of the input', { input: stage([], null) }, null, ['BAD_STEP_NAME', 'input']],
    ['a step without a stage', { a: { kind: 'stage' } }, null, ['INVALID_PLAN', 'a']],
    ['an output that reads nothing', { a: stage([], null) }, { x: { $ref: ['b'] } }, ['UNKNOWN_STEP', undefined]],
  ])('%s', (_, steps, output, expected) => {
    expect(refusal(steps, output)).toEqual(expected);
  });
});
