import { z } from 'zod';
import {
  defineStage,
  gt,
  lt,
  mermaid,
  orElse,
  pipeline,
  PlanError,
  type StageContract,
  validateAnswer,
  validateInput,
} from './index.js';
import {
  Approval,
  classify,
  comply,
  CustomerEmail,
  draftReply,
  extract,
  retrieve,
  send,
  supportEmail,
} from './support-email.fixture.js';

const { plan, loaded } = supportEmail;

describe('what a definition becomes', () => {
  test('edges follow from what a step reads, and no more of them than are needed', () => {
    expect(
      Object.fromEntries(Object.entries(plan.steps).map(([name, { predecessors }]) => [name, predecessors])),
    ).toEqual({
      classify: [],
      extract: [],
      retrieve: ['classify', 'extract'],
      draft: ['retrieve'],
      comply: ['draft'],
      approve: ['comply'],
      send: ['approve'],
    });
    expect(loaded.order.filter(loaded.isHandedOff)).toEqual(['draft', 'comply']);
    expect(loaded.carries('retrieve')).toEqual(['input', 'classify', 'extract']);
    expect(loaded.successors('classify')).toEqual(['retrieve']);
  });

  test('references, alternatives and literals are plain JSON', () => {
    expect(plan.steps['send']).toMatchObject({
      kind: 'stage',
      input: { text: { $orElse: [{ $ref: ['approve', 'text'] }, { $ref: ['draft', 'text'] }] } },
      retry: { maxAttempts: 3 },
      timeoutMs: 30_000,
      startTimeoutMs: 600_000,
    });
    expect(plan.steps['approve']).toMatchObject({
      kind: 'review',
      when: 'classify.confidence < 0.8 || !comply.ok',
      show: { draft: { $ref: ['draft'] }, verdict: { $ref: ['comply'] } },
      timeoutMs: 3 * 24 * 3_600_000,
    });
    expect(plan.output).toEqual({ $ref: ['send'] });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('the contracts of its stages come with it', () => {
    expect([...supportEmail.contracts.keys()]).toEqual(['classify', 'extract', 'retrieve', 'draft', 'comply', 'send']);
    expect(supportEmail.contracts.get('draft')).toBe(draftReply);
  });

  test('the same definition has the same hash, another one another', () => {
    const of = (confidence: number) =>
      pipeline({ name: 'one', input: CustomerEmail }, ({ input, step }) => {
        const intent = step('classify', classify, { text: input.body });
        return step('comply', comply, { text: input.body }, { when: lt(intent.confidence, confidence) });
      }).loaded.hash;
    expect(of(0.5)).toBe(of(0.5));
    expect(of(0.5)).not.toBe(of(0.6));
  });

  test('a step’s own policy goes before its stage’s, and that before the defaults', () => {
    const patient = defineStage({ ...classify, name: 'patient', timeout: '5m', retry: 7 });
    const { plan } = pipeline({ name: 'policies', input: CustomerEmail }, ({ input, step, signal }) => {
      const first = step('first', patient, { text: input.body });
      step(
        'second',
        patient,
        { text: input.body },
        { timeout: 1_500, startTimeout: '2h', retry: { maxAttempts: 2, initialMs: 10 }, after: [first] },
      );
      const shipped = signal('shipped', z.object({ at: z.string() }), {
        after: ['second'],
        onFailure: { default: { at: 'never' } },
      });
      return step(
        'third',
        classify,
        { text: shipped.at },
        {
          fallback: { stage: patient, input: { text: first.label } },
          onFailure: { default: { label: 'none', urgency: 'low', confidence: 0 } },
        },
      );
    });
    expect(plan.steps).toMatchObject({
      first: { timeoutMs: 300_000, retry: { maxAttempts: 7, factor: 2 } },
      second: {
        timeoutMs: 1_500,
        startTimeoutMs: 7_200_000,
        retry: { maxAttempts: 2, initialMs: 10, factor: 2 },
        predecessors: ['first'],
      },
      shipped: { kind: 'signal', predecessors: ['second'], onFailure: { default: { at: 'never' } } },
      third: {
        fallback: {
          stage: 'patient',
          input: { text: { $ref: ['first', 'label'] } },
          timeoutMs: 300_000,
          retry: { maxAttempts: 7 },
        },
        onFailure: { default: { label: 'none', urgency: 'low', confidence: 0 } },
      },
    });
  });

  test('literals that look like references stay literals', () => {
    const any = defineStage({ name: 'any', input: z.unknown(), output: z.unknown() });
    const { plan } = pipeline({ name: 'literals', input: z.unknown() }, ({ input, step }) => {
      step('a', any, { $ref: ['b'] });
      return [step('b', any, [1, null, { x: undefined, y: { $literal: 2 } }]), input];
    });
    expect(plan.steps).toMatchObject({
      a: { input: { $literal: { $ref: ['b'] } } },
      b: { input: [1, null, { y: { $literal: { $literal: 2 } } }] },
    });
    expect(plan.output).toEqual([{ $ref: ['b'] }, { $ref: ['input'] }]);
  });

  test('it can be drawn', () => {
    expect(mermaid(plan)).toBe(`flowchart TD
  start_(["support-email"])
  step_classify["classify"]
  step_extract["extract"]
  step_retrieve["retrieve"]
  step_draft["draft"]
  step_comply["comply"]
  step_approve{{"approve (review)"}}
  step_send["send"]
  end_(["output"])
  start_ --> step_classify
  start_ --> step_extract
  step_classify --> step_retrieve
  step_extract --> step_retrieve
  step_retrieve --> step_draft
  step_draft --> step_comply
  step_comply -.->|"classify.confidence #lt; 0.8 #124;#124; !comply.ok"| step_approve
  step_approve --> step_send
  step_send --> end_
`);
  });
});

describe('a definition that cannot run is refused, by the name of its step and with a remedy', () => {
  const text = { text: 'x' };
  const define = (body: Parameters<typeof pipeline<typeof CustomerEmail>>[1], stages?: string[]) => () =>
    pipeline({ name: 'refused', input: CustomerEmail, ...(stages && { stages }) }, body);
  const dated = { name: 'dated', input: z.object({}), output: z.object({ at: z.date() }) };
  let stranger: unknown;
  pipeline({ name: 'other', input: CustomerEmail }, ({ step }) => (stranger = step('strange', comply, text)) as object);

  test.each<[string, () => unknown, string, string | undefined, string]>([
    [
      'two steps of one name',
      define(({ step }) => [step('a', comply, text), step('a', comply, text)]),
      'DUPLICATE_STEP',
      'a',
      'two of this name',
    ],
    ['a name in kebab-case', define(({ step }) => step('a-b', comply, text)), 'BAD_STEP_NAME', 'a-b', 'camelCase'],
    [
      'the name of the input',
      define(({ step }) => step('input', comply, text)),
      'BAD_STEP_NAME',
      'input',
      "run's input",
    ],
    ['a name that CEL uses', define(({ step }) => step('in', comply, text)), 'BAD_STEP_NAME', 'in', 'reserved'],
    [
      'a cycle through names',
      define(({ step }) => {
        const a = step('a', comply, text, { after: ['b'] });
        return step('b', comply, { text: a.findings[0] as never });
      }),
      'CYCLE',
      'a',
      'a waits for b waits for a',
    ],
    [
      'a step after one that does not exist',
      define(({ step }) => step('a', comply, text, { after: ['z'] })),
      'UNKNOWN_STEP',
      'a',
      '"z"',
    ],
    [
      'a stage that is not deployed',
      define(({ step }) => step('a', comply, text), ['classify']),
      'UNKNOWN_STAGE',
      'a',
      '"comply"',
    ],
    [
      'two stages of one name',
      define(({ step }) => [step('a', comply, text), step('b', { ...comply }, text)]),
      'STAGE_CONFLICT',
      'b',
      '"comply"',
    ],
    [
      'a fallback that gives something else',
      define(({ step }) =>
        step('a', comply, text, { fallback: { stage: extract as StageContract as never, input: text as never } }),
      ),
      'FALLBACK_OUTPUT',
      'a',
      '/ok: may be missing',
    ],
    [
      'a default that does not fit',
      define(({ step }) => step('a', comply, text, { onFailure: { default: { ok: 'yes' as never, findings: [] } } })),
      'DEFAULT_OUTPUT',
      'a',
      'boolean',
    ],
    [
      'what JSON Schema cannot say',
      define(({ step }) => step('a', dated, {})),
      'BAD_SCHEMA',
      undefined,
      'stage "dated"',
    ],
    [
      'an output that refers to nothing',
      define(({ step }) => void step('a', comply, text)),
      'BAD_OUTPUT',
      undefined,
      'refers to nothing',
    ],
    [
      'a step of another pipeline',
      define(({ step }) => step('a', comply, { text: stranger as never })),
      'UNKNOWN_STEP',
      'a',
      'another pipeline',
    ],
    [
      'its step in a condition',
      define(({ step }) => step('a', comply, text, { when: gt(stranger as never, 1) })),
      'UNKNOWN_STEP',
      'a',
      'another pipeline',
    ],
    [
      'a value that is no JSON',
      define(({ step }) => step('a', comply, { text: new Date(0) as never })),
      'BAD_MAPPING',
      'a',
      'Date at /text',
    ],
    [
      'a reference put into text',
      define(({ input, step }) => step('a', comply, { text: `${input.body as never}` })),
      'BAD_MAPPING',
      undefined,
      'input.body',
    ],
    [
      'a reference that is spread',
      define(({ input, step }) => step('a', comply, { ...input, text: 'x' } as never)),
      'BAD_MAPPING',
      undefined,
      'spread',
    ],
    ['a timeout of nothing', define(({ step }) => step('a', comply, text, { timeout: 0 })), 'BAD_DURATION', 'a', '"0"'],
    ['no attempts', define(({ step }) => step('a', comply, text, { retry: 0 })), 'BAD_RETRY', 'a', 'retry'],
    ['a stage in camelCase', () => defineStage({ ...comply, name: 'checkIt' }), 'BAD_STAGE_NAME', undefined, 'checkIt'],
    [
      'a pipeline in camelCase',
      () => pipeline({ name: 'doIt', input: CustomerEmail }, ({ input }) => input),
      'BAD_PIPELINE_NAME',
      undefined,
      'doIt',
    ],
  ])('%s', (_, attempt, code, step, words) => {
    let error: unknown;
    try {
      attempt();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PlanError);
    const { message, remedy, ...rest } = error as PlanError;
    expect({ code: rest.code, step: rest.step }).toEqual({ code, step });
    expect(message).toContain(words);
    expect(message.endsWith(remedy)).toBe(true);
  });
});

describe('whether a fallback fits', () => {
  const given = { text: 'x' };
  const fits = (wanted: z.ZodType, offered: z.ZodType) => {
    const Text = z.object({ text: z.string() });
    const wants = defineStage({ name: 'wants', input: Text, output: wanted });
    const offers = defineStage({ name: 'offers', input: Text, output: offered });
    try {
      pipeline({ name: 'fit', input: Text }, ({ step }) =>
        step('a', wants, given, { fallback: { stage: offers, input: given } }),
      );
      return true;
    } catch (error) {
      return (error as PlanError).code === 'FALLBACK_OUTPUT' ? false : error;
    }
  };
  const Node = z.object({
    name: z.string(),
    get next() {
      return Node.optional();
    },
  });

  test.each<[string, z.ZodType, z.ZodType, boolean]>([
    ['more fields', z.object({ a: z.string() }), z.object({ a: z.string(), b: z.number() }), true],
    ['fewer optional fields', z.object({ a: z.string(), b: z.number().optional() }), z.object({ a: z.string() }), true],
    ['an optional field for a needed one', z.object({ a: z.string() }), z.object({ a: z.string().optional() }), false],
    ['null for a text', z.object({ a: z.string() }), z.object({ a: z.string().nullable() }), false],
    ['a text for a text or null', z.object({ a: z.string().nullable() }), z.object({ a: z.string() }), true],
    ['fewer values of an enum', z.enum(['a', 'b', 'c']), z.enum(['a', 'b']), true],
    ['other values of an enum', z.enum(['a', 'b']), z.enum(['a', 'z']), false],
    ['any text for an enum', z.enum(['a', 'b']), z.string(), false],
    ['whole numbers for numbers', z.number(), z.int(), true],
    ['numbers for whole numbers', z.int(), z.number(), false],
    [
      'lists of the same',
      z.array(z.object({ a: z.string() })),
      z.array(z.object({ a: z.string(), b: z.string() })),
      true,
    ],
    ['lists of something else', z.array(z.object({ a: z.string() })), z.array(z.object({ b: z.string() })), false],
    ['one of several forms', z.union([z.string(), z.number()]), z.string(), true],
    ['several forms for one', z.string(), z.union([z.string(), z.number()]), false],
    ['anything for something', z.string(), z.unknown(), false],
    ['something for anything', z.unknown(), z.string(), true],
    ['a type that holds itself', Node, Node, true],
  ])('%s: %#', (_, wanted, offered, expected) => {
    expect(fits(wanted, offered)).toBe(expected);
  });
});

describe('what comes from outside is checked against the plan alone', () => {
  test('an input that fits', () => {
    expect(validateInput(loaded, { from: 'a@example.com', body: 'hello' })).toBeUndefined();
  });

  test('one that does not: where and why, never with what', () => {
    const details = validateInput(loaded, { from: { secret: 'hunter2' } });
    expect(details).toEqual([
      { pointer: '/body', detail: 'is required' },
      { pointer: '/from', detail: 'must be string' },
    ]);
    expect(validateInput(loaded, undefined)).toMatchObject([{ pointer: '' }]);
  });

  test('a review’s answer', () => {
    expect(validateAnswer(loaded, 'approve', { approved: true })).toBeUndefined();
    expect(validateAnswer(loaded, 'approve', { approved: 'yes' })).toEqual([
      { pointer: '/approved', detail: 'must be boolean' },
    ]);
    expect(() => validateAnswer(loaded, 'draft', {})).toThrow(PlanError);
  });

  test('formats, choices and unions, as zod has them', () => {
    const Input = z.object({
      mail: z.email(),
      size: z.enum(['s', 'm']),
      of: z.union([z.string(), z.object({ 'a/b': z.number() })]),
    });
    const { loaded } = pipeline({ name: 'formats', input: Input }, ({ input }) => input);
    expect(validateInput(loaded, { mail: 'a@b.io', size: 's', of: { 'a/b': 1 } })).toBeUndefined();
    const details = validateInput(loaded, { mail: 'nonsense', size: 'xl', of: {} })!;
    expect(details).toContainEqual({ pointer: '/size', detail: 'must be one of "s", "m"' });
    expect(details.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/mail', '/of/a~1b']));
    expect(JSON.stringify(details)).not.toMatch(/nonsense|xl/);
  });
});

test('a pipeline of one step may return any of what it knows', () => {
  const { plan } = pipeline({ name: 'small', input: CustomerEmail }, ({ input, step, review }) => {
    const entities = step('extract', extract, { text: input.body });
    const found = step('retrieve', retrieve, { query: 'x', intent: 'y', product: entities.product });
    const answer = review('answer', Approval);
    return {
      sent: step('send', send, { text: orElse(answer.text, 'none') }),
      first: found.articles[0].title,
      fixed: 1,
    };
  });
  expect(plan.output).toEqual({
    sent: { $ref: ['send'] },
    first: { $ref: ['retrieve', 'articles', 0, 'title'] },
    fixed: 1,
  });
});
