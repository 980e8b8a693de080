import { z } from 'zod';
import { defineStage, orElse, pipeline, type Ref } from '../index.js';
import { fallbackAfter, fallbackInputOf, fallbacksOf, loadPlan, mermaid, type StageStep, stagesOf } from '../engine.js';

const Input = z.object({ text: z.string() });
const ask = defineStage({ name: 'ask', input: z.object({ text: z.string() }), output: z.object({ said: z.string() }) });
const small = defineStage({
  name: 'small',
  input: z.object({ text: z.string(), because: z.string().optional() }),
  output: z.object({ said: z.string(), size: z.number() }),
});
const look = defineStage({
  name: 'look',
  input: z.object({ code: z.string(), what: z.string() }),
  output: z.object({ said: z.string() }),
});
const stepIn = (plan: { steps: object }): StageStep => (plan.steps as Record<string, StageStep>)['ask']!;

describe('a retry policy', () => {
  test('has a time for all attempts, codes that are never tried again, and cases with what they leave out', () => {
    const { plan } = pipeline({ name: 'asking', input: Input }, ({ input, step }) =>
      step('ask', ask, input, {
        retry: {
          maxAttempts: 4,
          maxTotal: '5m',
          never: ['NOT_ALLOWED'],
          cases: [{ on: ['MODEL_BUSY'], maxAttempts: 9, factor: 1, maxTotal: '1h' }],
        },
      }),
    );
    expect(stepIn(plan).retry).toEqual({
      maxAttempts: 4,
      initialMs: 1_000,
      factor: 2,
      maxMs: 60_000,
      jitter: 0.2,
      maxTotalMs: 300_000,
      never: ['NOT_ALLOWED'],
      cases: [
        {
          on: ['MODEL_BUSY'],
          maxAttempts: 9,
          initialMs: 1_000,
          factor: 1,
          maxMs: 60_000,
          jitter: 0.2,
          maxTotalMs: 3_600_000,
        },
      ],
    });
  });

  test.each([
    ['codes that are none', { never: ['not a code'] }, 'never.0'],
    ['a case for nothing', { cases: [{ on: [] }] }, 'cases.0.on'],
    ['a time that is none', { maxTotal: '5 minutes' as '5m' }, 'length of time'],
  ])('with %s is refused, by the name of its step', (_, retry, told) => {
    expect(() =>
      pipeline({ name: 'asking', input: Input }, ({ input, step }) => step('ask', ask, input, { retry })),
    ).toThrow(told);
  });
});

describe('a chain of fallbacks', () => {
  const { plan, loaded } = pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
    const first = step('first', ask, input);
    return step('ask', ask, input, {
      fallback: [
        { stage: small, input: { text: first.said }, on: ['MODEL_BUSY', 'STAGE_TIMED_OUT'], timeout: '5s' },
        { stage: look, input: ({ code, message }) => ({ code, what: message }), retry: 7 },
      ],
    });
  });

  test('is asked in order, each only for what it is for', () => {
    const step = stepIn(plan);
    expect(fallbacksOf(step)).toMatchObject([
      { stage: 'small', on: ['MODEL_BUSY', 'STAGE_TIMED_OUT'], timeoutMs: 5_000, retry: { maxAttempts: 3 } },
      { stage: 'look', retry: { maxAttempts: 7 } },
    ]);
    expect([0, 1, 2].map((nth) => fallbackAfter(step, nth, 'MODEL_BUSY'))).toEqual([1, 2, 0]);
    expect([0, 1, 2].map((nth) => fallbackAfter(step, nth, 'STAGE_THREW'))).toEqual([2, 2, 0]);
    expect(stagesOf(plan)).toEqual(['ask', 'small', 'look']);
  });

  test('may be given the failure, and waits for what else it reads', () => {
    expect(stepIn(plan).predecessors).toEqual(['first']);
    const cause = { code: 'MODEL_BUSY', kind: 'transient', message: 'too many' } as const;
    const known = { input: { text: 'x' }, first: { said: 'y' } };
    expect(fallbackInputOf(loaded, { step: 'ask', nth: 1, cause }, known)).toEqual({ text: 'y' });
    expect(fallbackInputOf(loaded, { step: 'ask', nth: 2, cause }, known)).toEqual({
      code: 'MODEL_BUSY',
      what: 'too many',
    });
  });

  test('is drawn at the step', () => {
    expect(mermaid(plan)).toMatch(/small[^]*look/);
  });

  test('is given the failure of an item as well, whose name it can read', () => {
    const { loaded } = pipeline(
      { name: 'many', input: z.object({ texts: z.array(z.string()) }) },
      ({ input, map, step }) =>
        map('each', input.texts, (text) =>
          step('ask', ask, { text }, { fallback: { stage: look, input: ({ step }) => ({ code: step, what: text }) } }),
        ),
    );
    const cause = { code: 'STAGE_THREW', kind: 'transient', message: '' } as const;
    const known = { input: { texts: ['a', 'b'] } };
    expect(fallbackInputOf(loaded, { step: 'each[1]', nth: 1, cause }, known)).toEqual({ code: 'each[1]', what: 'b' });
  });

  test('is typed, each by itself', () => {
    const odd = defineStage({ name: 'odd', input: Input, output: z.object({ n: z.number() }) });
    const unread = (failure: { reason: Ref<string> }) => ({ code: failure.reason, what: '' });
    pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
      const first = { stage: small, input };
      // @ts-expect-error what the second takes is not given
      step('a', ask, input, { fallback: [first, { stage: look, input: { code: 'x' } }] });
      // @ts-expect-error a failure has no reason
      step('b', ask, input, { fallback: [first, { stage: look, input: unread }] });
      return input;
    });
    expect(() =>
      pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
        const first = { stage: small, input };
        // @ts-expect-error the second gives something else
        return step('a', ask, input, { fallback: [first, { stage: odd, input }] });
      }),
    ).toThrow('what its fallback "odd" gives does not fit');
  });
});

describe('a step that is called failure', () => {
  const given = ({ code, message }: { code: Ref<string>; message: Ref<string> }) => ({ code, what: message });

  test('is what its name means, as before', () => {
    const { loaded } = pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
      const { said } = step('failure', ask, input);
      return step('ask', ask, input, { fallback: { stage: small, input: { text: said } } });
    });
    const cause = { code: 'MODEL_BUSY', kind: 'transient', message: '' } as const;
    expect(loaded.step('ask').predecessors).toEqual(['failure']);
    expect(fallbackInputOf(loaded, { step: 'ask', nth: 1, cause }, { failure: { said: 'hm' } })).toEqual({
      text: 'hm',
    });
    expect(fallbackInputOf(loaded, { step: 'ask', nth: 1, cause }, {})).toEqual({});
  });

  test('keeps others from reading what failed, in words', () => {
    expect(() =>
      pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
        step('ask', ask, input, { fallback: { stage: look, input: given } });
        return step('failure', ask, input);
      }),
    ).toThrow('what is called "failure" here is not what failed');
  });
});

test('plans of before have the hashes that they had', () => {
  const { loaded } = pipeline({ name: 'asking', input: Input, onFailure: 'fail' }, ({ input, step }) =>
    step('ask', ask, input, {
      retry: { maxAttempts: 5, initialMs: 2_000, factor: 1, jitter: 0 },
      fallback: { stage: small, input: { text: input.text }, retry: 2, timeout: '5s' },
      onFailure: { default: { said: 'nothing' } },
    }),
  );
  expect(loaded.hash).toBe('b08ea27723a448686be9f87b3824565d');
  expect(() => loadPlan({ ...loaded.plan, steps: { ask: { ...stepIn(loaded.plan), fallback: [] } } })).toThrow(
    'fallback',
  );
});

describe('what a step goes on with that has failed for good', () => {
  test('may be made of its failure and of what ends before the step begins, which it then waits for', () => {
    const { plan } = pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
      const first = step('first', ask, input);
      const give = (failure: Ref<{ code: string }>) => ({ said: orElse(first.said, failure.code) });
      return step('ask', ask, input, { onFailure: { give, on: ['MODEL_BUSY'] } });
    });
    expect(stepIn(plan)).toMatchObject({
      predecessors: ['first'],
      onFailure: {
        give: { said: { $orElse: [{ $ref: ['first', 'said'] }, { $ref: ['failure', 'code'] }] } },
        on: ['MODEL_BUSY'],
      },
    });
  });

  test('is typed by what the step gives, and refuses codes that are none', () => {
    pipeline({ name: 'asking', input: Input }, ({ input, step }) => {
      // @ts-expect-error it gives what it said
      step('other', ask, input, { onFailure: { give: (failure) => ({ sayd: failure.code }) } });
      const wrong = () => step('ask', ask, input, { onFailure: { default: { said: '' }, on: ['busy'] } });
      expect(wrong).toThrow('its codes of failures are not valid');
      return step('last', ask, input);
    });
  });
});
