import { fieldText, timeIn } from './zone-time.js';

const at = (text: string): number => Date.parse(text);

test.each([
  ['UTC', '2026-01-31T09:00:00', '2026-01-31T09:00:00Z'],
  ['Asia/Tokyo', '2026-01-31T09:00:00', '2026-01-31T00:00:00Z'],
  ['America/New_York', '2026-07-01T00:00:00', '2026-07-01T04:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:59:59', '2026-03-29T00:59:59Z'],
  ['Europe/Berlin', '2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
])('in %s, %s is %s, and back', (zone, text, time) => {
  expect(new Date(timeIn(text, zone)!).toISOString()).toBe(new Date(at(time)).toISOString());
  expect(fieldText(at(time), zone)).toBe(text);
});

test('of a time that comes twice the first is meant, and one that is left out is later', () => {
  expect(timeIn('2026-10-25T02:30:00', 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'));
  expect(timeIn('2026-03-29T02:30:00', 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'));
});

test('a text that is no time has none', () => {
  expect(timeIn('', 'UTC')).toBeUndefined();
});
