import { entitiesIn } from '../local/entities.js';
import { windowsOf } from './windows.js';

const TEXTS: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no place to cut', 'x'.repeat(5_000)],
  ['words', 'on 3 March '.repeat(500)],
  ['lines', 'Call me on 020 7946 0018.\n'.repeat(300)],
  ['pairs of characters that must not be cut', '😀'.repeat(3_001)],
];

test.each(TEXTS)('a text of %s is read in pieces of bounded length, and all of it', (_, text) => {
  const windows = windowsOf(text);
  expect(windows.map((window) => window.text).join('')).toBe(text);
  for (const { start, text: piece } of windows) {
    expect(piece.length).toBeLessThanOrEqual(1_000);
    expect(piece.isWellFormed()).toBe(true);
    expect(text.startsWith(piece, start)).toBe(true);
  }
});

test('a text that is cut is cut between paragraphs, so that no date and no number is', () => {
  const paragraph = `${'We spoke about it. '.repeat(40)}I paid on 3 March 2025, call +44 20 7946 0018.\n\n`;
  const found = entitiesIn(paragraph.repeat(8), new Date('2025-06-01T00:00:00Z'));
  expect(found.dates).toEqual(['2025-03-03']);
  expect(found.phones).toEqual(['+442079460018']);
});
