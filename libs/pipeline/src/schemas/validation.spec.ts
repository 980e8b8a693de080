import { z } from 'zod';
import { pipeline, PlanError } from '../index.js';
import { loadPlan, validateAnswer, validateInput } from '../engine.js';
import { supportEmail } from '../support-email.fixture.js';

const { loaded } = supportEmail;

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

  test('patterns mean what they mean in JavaScript', () => {
    const Input = z.object({ code: z.string().regex(/^\d\-\d$/), name: z.string().regex(/^\p{L}+$/u) });
    const { loaded } = pipeline({ name: 'patterns', input: Input }, ({ input }) => input);
    expect(validateInput(loaded, { code: '1-2', name: 'Zoë' })).toBeUndefined();
    expect(validateInput(loaded, { code: '12', name: '1' })).toHaveLength(2);
  });

  test('however long keys and lists of choices are, what is wrong is told in few words', () => {
    const long = 'k'.repeat(100_000);
    const inputSchema = {
      properties: { size: { enum: Array.from({ length: 9_000 }, (_, n) => `size-${n}`) } },
      additionalProperties: { type: 'string' },
    };
    const details = validateInput(loadPlan({ ...supportEmail.plan, inputSchema }), { size: 1, [long]: 1 })!;
    expect(details.map(({ pointer }) => pointer.slice(0, 3)).sort()).toEqual(['/kk', '/si']);
    for (const { pointer, detail } of details)
      expect(Math.max(pointer.length, detail.length)).toBeLessThanOrEqual(1_000);
  });

  test('a format that stands alone is an annotation, known or not: it refuses no plan and no value', () => {
    const of = (schema: object) => loadPlan({ ...supportEmail.plan, inputSchema: schema });
    for (const format of ['email', 'date-time', 'iban', 'made-up'])
      expect(validateInput(of({ type: 'string', format }), 'anything')).toBeUndefined();
    expect(validateInput(of({ type: 'string', format: 'email', pattern: '^.+@.+$' }), 'anything')).toHaveLength(1);
  });

  test('a schema that is none is the plan’s fault', () => {
    const broken = loadPlan({ ...supportEmail.plan, inputSchema: { type: 'text' } });
    expect(() => validateInput(broken, {})).toThrow(PlanError);
  });
});
