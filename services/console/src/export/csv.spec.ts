import { csvOf } from './csv.js';

test('each field is a column, also of rows that do not have it, and fields within fields are columns, too', () => {
  const rows = [
    { id: 'a', took: 7, attributes: { customer: 'Ana' } },
    { id: 'b', degraded: true, tags: ['x', 'y'] },
  ];
  expect(csvOf(rows)).toBe(
    'id,took,attributes.customer,degraded,tags\r\n' + 'a,7,Ana,,\r\n' + 'b,,,true,"[""x"",""y""]"\r\n',
  );
});

test('commas, quotes and line breaks stay within their cell', () => {
  expect(csvOf([{ text: 'one, "two"\nthree' }])).toBe('text\r\n"one, ""two""\nthree"\r\n');
});

test.each(['=HYPERLINK("http://evil.example")', '+1', '-1', '@SUM(A1)', '\tx'])(
  'a text that a spreadsheet would take for a formula is a text there: %j',
  (text) => {
    expect(csvOf([{ text }]).split('\r\n')[1]).toMatch(/^"?'/);
  },
);

test('a number below zero stays a number', () => {
  expect(csvOf([{ n: -1 }])).toBe('n\r\n-1\r\n');
});

test('no rows are no columns', () => {
  expect(csvOf([])).toBe('\r\n');
});
