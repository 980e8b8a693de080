import type { Plan } from './plan.js';
import { readPart } from './read-part.js';

const planThat = (reads: object): Plan => ({ steps: { a: { kind: 'stage', ...reads } }, given: ['input'] }) as never;
const value = { title: 't', list: [1, 2, 3] };

test.each([
  ['one field', { input: { x: { $ref: ['input', 'title'] } } }, { title: 't' }],
  ['two fields', { input: [{ $ref: ['input', 'title'] }, { $ref: ['input', 'list', 0] }] }, value],
  [
    'a field, in a plan within',
    { plan: { given: ['input'], steps: { b: { input: { $ref: ['input', 'title'] } } } } },
    { title: 't' },
  ],
  ['all of it', { input: { $ref: ['input'] } }, value],
  ['it in an expression', { when: { cel: 'size(input.list) > 2' }, input: { $ref: ['input', 'title'] } }, value],
  ['something of its name that is a constant', { input: { $literal: 'input' } }, {}],
])('a child run whose plan reads %s is given that', (_, reads, expected) => {
  expect(readPart(planThat(reads), 'input', value)).toEqual(expected);
});

test.each([
  ['a list', [1, 2]],
  ['a text', 'text'],
  ['null', null],
  ['a list in chunks', { $pages: [{ run: 'r', items: 100 }] }],
])('%s is given whole', (_, whole) => {
  expect(readPart(planThat({ input: { $ref: ['input', 0] } }), 'input', whole)).toEqual(whole);
});
