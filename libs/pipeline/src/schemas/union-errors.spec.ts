import { z } from 'zod';
import { valueProblems } from '../engine.js';

const mail = z.union([
  z.strictObject({ raw: z.string() }),
  z.strictObject({ from: z.string(), subject: z.string(), text: z.string(), to: z.string().optional() }),
]);
const problems = (schema: z.ZodType, value: unknown) => valueProblems(value, z.toJSONSchema(schema));

describe('a value that fits no form of several is told about the closest', () => {
  test('a field that is missing is the one that the person forgot', () => {
    expect(problems(mail, { from: 'ann', subject: 'Card' })).toEqual([{ pointer: '/text', detail: 'is required' }]);
  });

  test('a field that is misspelt is named, with the one that it should be', () => {
    expect(problems(mail, { from: 'ann', subject: 'Card', txt: 'Hello' })!.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/text']),
    );
  });

  test('where several forms are equally close, each is named', () => {
    const schema = { anyOf: [{ required: ['raw'] }, { required: ['rawBase64'] }, { required: ['text'] }] };
    expect(valueProblems({ from: 'ann' }, schema)).toEqual([
      { pointer: '', detail: 'must have raw, rawBase64 or text' },
    ]);
  });

  test('unions within unions, lists and other fields are told each for itself', () => {
    const both = z.object({ mails: z.array(mail), at: z.union([z.number(), z.string()]) });
    const found = problems(both, { mails: [{ raw: 3 }, { from: 'a', subject: 'b', text: 4 }], at: true })!;
    expect(new Set(found)).toEqual(
      new Set([
        { pointer: '/mails/0/raw', detail: 'must be string' },
        { pointer: '/mails/1/text', detail: 'must be string' },
        { pointer: '/at', detail: 'must be number or string' },
      ]),
    );
  });
});
