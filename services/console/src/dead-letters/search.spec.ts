import { sinceTime } from '../time/since.js';
import { readLettersSearch } from './search.js';

test('the address of the dead letters holds filters, and nothing that is none', () => {
  const search = { view: 'letters', status: 'open', code: 'MODEL_BUSY', page: '3', stage: '', status2: 'x' };
  expect(readLettersSearch(search)).toEqual({ view: 'letters', status: 'open', code: 'MODEL_BUSY' });
  expect(readLettersSearch({ status: 'nonsense', view: 'nonsense' })).toEqual({});
});

test('“since yesterday” is from the midnight at which yesterday began', () => {
  const now = new Date(2026, 2, 1, 15, 30);
  expect(sinceTime('yesterday', now)).toBe(new Date(2026, 1, 28).toISOString());
  expect(sinceTime('1h', now)).toBe(new Date(2026, 2, 1, 14, 30).toISOString());
  expect(sinceTime('2026-01-01T00:00:00Z', now)).toBe('2026-01-01T00:00:00.000Z');
  expect([sinceTime(undefined, now), sinceTime('nonsense', now)]).toEqual([undefined, undefined]);
});
