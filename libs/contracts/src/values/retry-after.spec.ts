import { expect, test } from '@jest/globals';
import { retryAfterOf } from './retry-after.js';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['20', 20_000],
  ['1.5', 1_500],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['2026-01-01T00:00:30Z', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('a server that says "Retry-After: %s" is asked again in %s ms', (header, ms) => {
  expect(retryAfterOf(header, now)).toBe(ms);
});
