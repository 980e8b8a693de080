import { z } from 'zod';
import { growthOf } from '../plan/growth.fixture.js';
import { defineStage } from '../index.js';
import { makeLinear, schemasOf } from '../engine.js';

const contractOf = (text: z.ZodType) =>
  defineStage({ name: 'a', input: z.object({ list: z.array(z.object({ text })) }), output: z.object({}) });
const of = (text: string) => ({ list: [{ text }] });

test.each([/^(a+)+$/, /^(a|a)*$/, /^(.*)*x$/u])(
  'a contract’s pattern takes time as the text is long: %s',
  (pattern) => {
    const contract = contractOf(z.string().regex(pattern).or(z.number()));
    const before = schemasOf(contract);
    expect(makeLinear(contract)).toEqual([]);
    expect(schemasOf(contract)).toEqual(before);
    expect(contract.input.safeParse(of(`${'a'.repeat(20)}!`)).success).toBe(pattern.test(`${'a'.repeat(20)}!`));
    expect(growthOf((n) => void contract.input.safeParse(of(`${'a'.repeat(n)}!`)), 2_000).isLinear).toBe(true);
  },
);

test('a contract goes on taking what it took', () => {
  const contract = contractOf(
    z
      .string()
      .regex(/^\p{Lu}\d{2,4}$/u)
      .optional(),
  );
  makeLinear(contract);
  makeLinear(contract);
  for (const [text, fits] of [
    ['Ä12', true],
    ['a12', false],
    ['Ä1', false],
    ['Ä12345', false],
  ] as const)
    expect([text, contract.input.safeParse(of(text)).success]).toEqual([text, fits]);
});

test('a pattern that needs back-tracking stays as it is, and is told with the reason', () => {
  const contract = contractOf(z.string().regex(/^(?=.*x)(a+)\1$/));
  const [told, ...more] = makeLinear(contract);
  expect([told, more]).toEqual([expect.stringContaining('/^(?=.*x)(a+)\\1$/: '), []]);
  expect(contract.input.safeParse(of('aaaa')).success).toBe(false);
  const flagged = contractOf(z.string().regex(/^x$/i));
  expect(makeLinear(flagged)).toEqual(['/^x$/i: it has the flags i']);
  expect(flagged.input.safeParse(of('X')).success).toBe(true);
});

test('a contract with what JSON Schema cannot say is looked at all the same', () => {
  const contract = contractOf(
    z
      .string()
      .regex(/^(a+)+$/)
      .transform((text) => new Date(text)),
  );
  expect(makeLinear(contract)).toEqual([]);
});
