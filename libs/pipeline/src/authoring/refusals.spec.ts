import { z } from 'zod';
import { defineStage, gt, pipeline, PlanError, type StageContract } from '../index.js';
import { comply, CustomerEmail, extract } from '../support-email.fixture.js';

describe('a definition that cannot run is refused, by the name of its step and with a remedy', () => {
  const text = { text: 'x' };
  const define = (body: Parameters<typeof pipeline<typeof CustomerEmail, unknown>>[1], stages?: string[]) => () =>
    pipeline({ name: 'refused', input: CustomerEmail, ...(stages && { stages }) }, body);
  const caseless = { name: 'caseless', input: z.object({ code: z.string().regex(/^ab$/i) }), output: z.object({}) };
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
      'a pattern whose flags JSON Schema cannot say',
      define(({ step }) => step('a', caseless, { code: 'AB' })),
      'BAD_SCHEMA',
      undefined,
      '/^ab$/i',
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
