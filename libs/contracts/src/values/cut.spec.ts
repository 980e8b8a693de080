import fc from 'fast-check';
import { cut } from './cut.js';

const FAMILY = '👩‍👩‍👧';

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'abc'],
  ['ab😀', 3, 'ab'],
  ['ab😀c', 4, 'ab😀'],
  [`a${FAMILY}b`, FAMILY.length, 'a'],
  [`a${FAMILY}b`, FAMILY.length + 1, `a${FAMILY}`],
  ['🇩🇪🇫🇷🇪🇸', 6, '🇩🇪'],
  ['cafe\u0301!', 4, 'caf'],
  ['नमस्ते', 3, 'नम'],
  ['a\r\nb', 2, 'a'],
  ['', 5, ''],
  ['😀', 1, ''],
  ['abc', 0, ''],
])('a text is cut between characters: %j to %d is %j', (text, max, expected) => {
  expect(cut(text, max)).toBe(expected);
});

test('what stands for what was cut counts', () => {
  expect(cut('abcdef', 4, '…')).toBe('abc…');
  expect(cut('abcd', 4, '…')).toBe('abcd');
});

test('a text of any characters is cut to a beginning of it that is whole', () => {
  const segments = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const text = fc.array(
    fc.constantFrom('a', ' ', 'é', 'e\u0301', '😀', '👍🏽', FAMILY, '🇩🇪', '字', '한', 'ก็', '\r\n', '\n'),
  );
  fc.assert(
    fc.property(text, fc.nat(200), (parts, max) => {
      const whole = parts.join('');
      const beginning = cut(whole, max);
      const ends = [...segments.segment(whole)].map(({ index, segment }) => index + segment.length);
      expect(whole.startsWith(beginning)).toBe(true);
      expect(beginning.length).toBe([0, ...ends].filter((end) => end <= max).at(-1));
    }),
    { seed: 20_261_129, numRuns: 500 },
  );
});

test('a character without end is cut where no code point is halved', () => {
  const beginning = cut(`a${'\u0301'.repeat(10_000)}`, 5_000);
  expect(beginning.length).toBeLessThanOrEqual(5_000);
  const emoji = cut(`${'👩‍'.repeat(10_000)}`, 5_000);
  expect(emoji.isWellFormed()).toBe(true);
  expect(emoji.length).toBeGreaterThan(4_800);
});
