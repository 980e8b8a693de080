import { filtersOf, readRunsSearch, without } from './search.js';

test('every filter stands in the address, and what is no filter is left out', () => {
  const search = { state: 'retrying', text: 42, degraded: true, nonsense: 'x', code: '' };
  expect(readRunsSearch(search)).toEqual({ state: 'retrying', text: '42', degraded: 'true' });
});

test('filters are asked for as the API takes them', () => {
  const now = new Date('2026-01-02T12:00:00Z');
  expect(filtersOf({ state: 'retrying', since: '1h', degraded: 'perhaps', text: 'refund' }, now)).toEqual({
    ...{ state: 'retrying', text: 'refund', since: '2026-01-02T11:00:00.000Z' },
  });
  expect(without({ state: 'held', text: 'x' }, 'state')).toEqual({ text: 'x' });
});
