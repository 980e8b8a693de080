import { exhaustedMs } from './rate-limits.js';

const NOW = Date.UTC(2026, 10, 30);

test.each([
  ['6m0.5s', 360_500],
  ['20ms', 20],
  ['12', 12_000],
  ['2026-11-30T00:00:05Z', 5_000],
])('a provider that says that nothing is left until %s is left alone for that long', (reset, ms) => {
  const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': reset };
  expect(exhaustedMs(headers, NOW)).toBe(ms);
});

test('a provider that has something left, or says nothing that can be read, is not left alone', () => {
  expect(exhaustedMs({ 'x-ratelimit-remaining-tokens': '1', 'x-ratelimit-reset-tokens': '6m' }, NOW)).toBeUndefined();
  expect(exhaustedMs({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'soon' }, NOW)).toBeUndefined();
  expect(exhaustedMs({}, NOW)).toBeUndefined();
});
