import { answerOf, decisionOf, fieldsOf, initialValues, splitShow } from './schema-form.js';

const schema = {
  type: 'object',
  properties: {
    approved: { type: 'boolean' },
    text: { type: 'string', description: 'Replaces the draft.' },
    tone: { enum: ['warm', 'plain'] },
    refundCents: { type: 'integer' },
  },
  required: ['approved'],
};
const show = { draft: { text: 'Dear customer' }, reasons: ['The amount is high.', { message: 'A new customer.' }] };
const drafts = { text: 'Dear customer' };
const fields = fieldsOf(schema);

test('a boolean is a choice, a long text a text area, and names read as words', () => {
  expect(fields.map(({ label, kind, isNeeded }) => [label, kind, isNeeded])).toEqual([
    ['Approved', 'boolean', true],
    ['Text', 'text', false],
    ['Tone', 'choice', false],
    ['Refund cents', 'number', false],
  ]);
  expect(decisionOf(fields)?.name).toBe('approved');
});

test('a text begins with the draft that it would replace, and a draft that nobody changed is not sent', () => {
  const values = initialValues(fields, drafts);
  expect(values['text']).toBe('Dear customer');
  expect(answerOf(fields, { ...values, approved: 'true' }, drafts)).toEqual({ approved: true });
});

test('what was changed is sent, each value as its schema says', () => {
  const values = { approved: 'false', text: 'Dear Ana', tone: 'warm', refundCents: '250' };
  expect(answerOf(fields, values, drafts)).toEqual({
    approved: false,
    text: 'Dear Ana',
    tone: 'warm',
    refundCents: 250,
  });
});

test('a needed text that stays as the draft is sent, because the schema asks for it', () => {
  const needed = fieldsOf({ ...schema, required: ['approved', 'text'] });
  const values = { ...initialValues(needed, drafts), approved: 'true' };
  expect(answerOf(needed, values, drafts)).toEqual({ approved: true, text: 'Dear customer' });
});

test('a schema that is no plain object is one field of JSON', () => {
  const one = fieldsOf({ type: 'array' });
  expect(one.map(({ kind }) => kind)).toEqual(['json']);
  expect(answerOf(one, { '': '[1, 2]' }, {})).toEqual([1, 2]);
});

test('reasons are told apart from the evidence, in words', () => {
  expect(splitShow(show)).toEqual({
    reasons: ['The amount is high.', 'A new customer.'],
    evidence: { draft: { text: 'Dear customer' } },
  });
});
