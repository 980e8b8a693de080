import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cut } from './cut.js';
import { byWhom, isText, LAST_TIME, Name, readTime, TimeMs } from './values.js';

describe('A time', () => {
  it.each([
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.1239+01:00', '2026-01-31T08:00:00.123Z'],
    ['2028-02-29t00:00:00z', '2028-02-29T00:00:00.000Z'],
    ['2026-01-31T09:00-05:30', '2026-01-31T14:30:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is read', (text, time) => {
    expect(new Date(readTime(text)!).toISOString()).toBe(time);
  });

  it.each([
    'tomorrow 9',
    '2027-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-00-10T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T12:60:00Z',
    '2027-01-01T12:00:61Z',
    '2027-01-01T12:00:00',
    '2027-01-01 12:00:00Z',
    '2027-01-01T12:00:00+24:00',
    '2027-01-01',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    '-100000-01-01T00:00:00Z',
    '+012027-01-01T00:00:00Z',
    '',
  ])('"%s" is not read as another time', (text) => {
    expect(readTime(text)).toBeUndefined();
  });

  it('that is written is read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST_TIME }), (ms) => {
        expect(readTime(new Date(ms).toISOString())).toBe(ms);
        expect(TimeMs.safeParse(ms).success).toBe(true);
      }),
      { seed: 20_261_129 },
    );
  });

  it.each([-1, 0.5, 1e300, NaN, LAST_TIME + 1, '0'])('%s is none', (ms) => {
    expect(TimeMs.safeParse(ms).success).toBe(false);
  });
});

describe('A text', () => {
  it.each(['a\0b', '\ud83d', '', 'x'.repeat(201)])('that cannot be kept is no name', (name) => {
    expect(Name.safeParse(name).success).toBe(false);
  });

  it('that is cut has no half characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(10), (given, max) => {
        const kept = cut(given, max);
        expect(kept.length).toBeLessThanOrEqual(max);
        expect(isText(kept)).toBe(true);
      }),
      { seed: 20_261_129, numRuns: 2_000 },
    );
  });
});

it('who did something, and why, is said only where there are words: an empty text says nothing', () => {
  expect(byWhom({ by: 'ann', reason: '' })).toEqual({ by: 'ann' });
  expect(byWhom({ by: '', reason: undefined })).toEqual({});
});
