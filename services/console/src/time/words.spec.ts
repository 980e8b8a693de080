import { durationText, exactText, relativeText } from './words.js';

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [1_540, '1.5 s'],
  [59_000, '59 s'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [273_600_000, '3 d 4 h'],
])('a duration of %d ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a time reads relative to now, before and after', () => {
  expect(relativeText(0, 500)).toBe('just now');
  expect(relativeText(0, 90_000)).toBe('1 min ago');
  expect(relativeText(200_000_000, 0)).toBe('in 2 d');
});

test('an exact time is told in the chosen zone, also on the day on which its clocks change', () => {
  const at = Date.parse('2026-10-25T00:30:00Z');
  expect(exactText(at, 'UTC')).toBe('25 Oct 2026, 00:30:00 UTC');
  expect(exactText(at, 'Europe/Berlin')).toContain('02:30:00');
  expect(exactText(at + 3_600_000, 'Europe/Berlin')).toContain('02:30:00');
  expect(exactText(at, 'Asia/Tokyo')).toContain('09:30:00');
});
