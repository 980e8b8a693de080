import { queryOf, readRecordsSearch } from './search.js';

test('the address of a topic holds its filters, and nothing that is none', () => {
  const search = { partition: 2, from: 7, order: 'newest', key: 42, text: '', page: 3 };
  expect(readRecordsSearch(search)).toEqual({ partition: 2, from: 7, order: 'newest', key: '42' });
  expect(readRecordsSearch({ from: 'oldest', at: '2026-01-01T00:00:00Z' })).toEqual({
    from: 'oldest',
    at: '2026-01-01T00:00:00Z',
  });
});

test.each([
  ['an offset without its partition', { from: 7 }],
  ['a partition that is none', { partition: -1 }],
  ['a time that is none', { at: 'yesterday' }],
  ['an order that is none', { order: 'best' }],
])('%s is left out', (_, search) => {
  expect(readRecordsSearch(search)).toEqual({});
});

test('a time of any offset is asked for in UTC', () => {
  expect(queryOf({ at: '2026-01-01T01:00:00+01:00', text: 'x' })).toEqual({
    at: '2026-01-01T00:00:00.000Z',
    text: 'x',
  });
});
