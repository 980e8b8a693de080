import { z } from 'zod';
import { defineStage, pipeline, type PlanError } from '../index.js';

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
    ['a longer text', z.string().max(5), z.string(), true],
    ['a text of another pattern', z.string().regex(/^a/), z.string(), true],
    ['fields that only the fallback leaves open', z.object({ a: z.string().optional() }), z.looseObject({}), true],
    ['a type that holds itself', Node, Node, true],
  ])('%s: %#', (_, wanted, offered, expected) => {
    expect(fits(wanted, offered)).toBe(expected);
  });
});
