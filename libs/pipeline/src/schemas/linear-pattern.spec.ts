import { linearPattern } from './linear-pattern.js';

const PATTERNS = [
  ...[
    '^a.c$',
    '\\s',
    '\\S',
    '^\\s+$',
    '[\\s]',
    '[^\\s]',
    '[\\S]',
    '^[\\w.-]+$',
    '\\bcat\\b',
    '^\\d{2,3}$',
    '^(?:a|b)+?c',
    '^(?<y>\\d{4})-\\d\\d$',
  ],
  ...[
    '^\\p{L}+$',
    '\\p{Script=Greek}',
    '\\u0041',
    '\\u{1F600}',
    '\\x41',
    '^[^\\n]*$',
    'a|b|',
    '^$',
    '\\.',
    '\\/',
    '[.]',
    '[\\]\\[]',
    '\\t',
    '^\\w+@\\w+\\.\\w{2,}$',
    '\\d\\-\\d',
    '^.$',
    '^..$',
    '[^]',
    '\\cA',
  ],
];
const TEXTS = [
  ...[
    '',
    'abc',
    'a\nc',
    'a\u2028c',
    'a\rc',
    ' ',
    '\u00a0',
    '\ufeff',
    '\u3000',
    '\v',
    'x y',
    'cat',
    'concat',
    'cat!',
    '12',
    '123',
    '1234',
    'aabbc',
    '2026-01',
  ],
  ...[
    'Zoë',
    'αβγ',
    'A',
    '😀',
    '😀😀',
    '\u{1F600}a',
    'a@b.io',
    '1-2',
    '.',
    '/',
    '[',
    ']',
    '\t',
    '\x01',
    'a\n',
    '\n',
    'é',
    '\ud800',
    'a'.repeat(1_000),
  ],
];

test.each(PATTERNS)('%s means what it means in JavaScript', (pattern) => {
  let native: RegExp;
  try {
    native = new RegExp(pattern, 'u');
  } catch {
    native = new RegExp(pattern);
  }
  const linear = linearPattern(pattern);
  // Half a character is in no text that is taken.
  for (const text of TEXTS.filter((text) => text.isWellFormed()))
    expect([text, linear.test(text)]).toEqual([text, native.test(text)]);
});

test.each([
  '(?=a)b',
  '(?!a)b',
  '(?<=a)b',
  '(a)\\1',
  '(?<n>a)\\k<n>',
  '(',
  '[a',
  'a**',
  '(?i)a',
  '\\Aa',
  'a\\z',
  '[[:alpha:]]',
  'a{1,3000}',
  'x'.repeat(3_000),
  '(?:a{1,500}){1,500}',
])('%s is refused', (pattern) => {
  expect(() => linearPattern(pattern)).toThrow();
});
