import { z } from 'zod';
import { defineStage } from './authoring/stage-contract.js';
import { summarize } from './summary.js';

const reply = {
  to: 'ada@example.com',
  articles: [{ id: 'kb-1', title: 'Refunds  take\nfive days' }],
  from: { address: 'bob@example.com' },
  review: false,
  confidence: 0.93456,
  violations: [],
};

test.each([
  ['a field', 'Replied to {to}', 'Replied to ada@example.com'],
  ['a field that lies deeper', 'From {from/address}', 'From bob@example.com'],
  ['a list', 'Articles: {articles}', 'Articles: 1'],
  ['an item of a list, on one line', '{articles/0/title}', 'Refunds take five days'],
  ['a number', '{confidence} sure', '0.935 sure'],
  ['a share of one as a percentage', '{confidence%} sure', '93 % sure'],
  ['no percentage of what is no number', '{to%}', 'ada@example.com'],
  ['what is not there', 'Of {product}', 'Of –'],
  ['what is not there within a field', '{articles/7/title}', '–'],
  ['an object', '{from}', '–'],
  ['a question that is answered no', '{review?A person looks first|Sent}', 'Sent'],
  ['a question about an empty list', 'Fine{violations?, with remarks}', 'Fine'],
  ['a question about a list', '{articles?Found|Not found}', 'Found'],
  ['a field of every object', '{constructor}{__proto__}', '––'],
])('a summary shows %s', (_, template, line) => {
  expect(summarize(template, reply)).toBe(line);
});

test('a summary is one short line without control characters, whatever the output holds', () => {
  const line = summarize('{text} {text} {text} {text}', { text: `\u001b[31m${'😀'.repeat(500)}\u202e` });
  expect(line.length).toBeLessThanOrEqual(200);
  expect(line).not.toMatch(/[\p{Cc}\p{Cs}]|\u202e/u);
  expect(summarize('{a}', null)).toBe('–');
});

const Output = z.object({
  to: z.string(),
  from: z.object({ address: z.string() }).optional(),
  articles: z.array(z.object({ title: z.string() })),
  open: z.record(z.string(), z.number()),
  one: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
  any: z.json(),
});
const define = (summary: string) => defineStage({ name: 'reply', input: z.object({}), output: Output, summary });

test.each([
  'Sent',
  '{to}',
  '{from/address}',
  '{articles/0/title}',
  '{open/x}',
  '{one/b}',
  '{any/what/ever}',
  '{to?a|b}',
])('a contract may declare the summary %s', (summary) => {
  expect(define(summary).summary).toBe(summary);
});

test.each([
  ['a field that the output does not have', 'Replied to {too}', 'reads {too}, which its output does not have'],
  ['a question about one', '{review?yes|no}', 'reads {review}'],
  ['a field that a deeper object does not have', '{from/name}', 'reads {from/name}'],
  ['a field of a text', '{to/length}', 'reads {to/length}'],
  ['a brace alone', 'Replied to {to', 'has a brace'],
  ['nothing', ' ', 'is not between 1 and 200 characters long'],
  ['more than a line', 'x'.repeat(201), 'is not between 1 and 200 characters long'],
])('a contract whose summary has %s is refused, with the way out', (_, summary, says) => {
  expect(() => define(summary)).toThrow(expect.objectContaining({ code: 'BAD_SUMMARY' }));
  expect(() => define(summary)).toThrow(says);
  expect(() => define(summary)).toThrow('Write a sentence with fields of the output');
});
