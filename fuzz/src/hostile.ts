import fc from 'fast-check';

/** `JSON.rawJSON` of ECMAScript 2026, which TypeScript's library does not know yet: a number's text that is written as it is. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

const nested = (depth: number, open: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = open(value);
  return value;
};

/** Texts that have stopped programs before: control characters, halves of characters, odd lengths, and what looks like a number or a path. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud83d',
    '\udc00',
    '\uFFFF',
    '\u202Eevil',
    'é'.normalize('NFD'),
    '%00',
    '../..',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'NaN', '-0', '1e400', '2027-02-30'),
  fc.constantFrom(
    "'; drop table runs; --",
    '{{7*7}}',
    '${7*7}',
    '$input',
    '$pages',
    'a[0]',
    'a/b',
    'a.b',
    '\r\nx: y',
    '\u0085',
  ),
  fc.constantFrom(100, 201, 5_000, 100_000).map((length) => 'x'.repeat(length)),
  fc.constantFrom(60, 300).map((length) => '👩‍👩‍👧‍👦'.repeat(length)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 20 }),
);

/** Numbers at and beyond the ends of what columns, doubles, dates and timers can hold. */
export const hostileNumber: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(0, -1, 1, 0.5, 2 ** 31 - 1, 2 ** 31, 3e9, -(2 ** 31) - 1, 2 ** 53 - 1, 2 ** 53, -(2 ** 53)),
  fc.constantFrom(8.64e15, 8.64e15 + 1, -8.64e15, 253402300800000, 1e300, -1e300, Number.MIN_VALUE),
  fc.constantFrom('1e400', '-1e400', '9007199254740993', '-0', '1.10', '0.1e-400', `${'9'.repeat(400)}`).map(rawJson),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

const deep: fc.Arbitrary<unknown> = fc
  .tuple(fc.constantFrom(90, 101, 300, 1_000), fc.boolean())
  .map(([depth, list]) => nested(depth, (inner) => (list ? [inner] : { a: inner })));

const wide: fc.Arbitrary<unknown> = fc
  .tuple(fc.constantFrom(100, 1_000, 10_000), fc.constantFrom<unknown>(0, null, 'x', [], {}))
  .map(([length, item]) => Array.from({ length }, () => item));

const odd: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  [],
  {},
  [null],
  JSON.parse('{"__proto__":{"type":"x"}}'),
  { toJSON: 1 },
  { '': '' },
  { 'a\0b': 1 },
  { $ref: '#' },
);

/** A JSON value that nobody expects at this place. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 30, arbitrary: odd },
  { weight: 40, arbitrary: hostileText },
  { weight: 40, arbitrary: hostileNumber },
  { weight: 3, arbitrary: deep },
  { weight: 2, arbitrary: wide },
  { weight: 10, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Bytes that are no JSON, or JSON that is hard to read. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .constantFrom('', ' ', '[', '{', '"', '{"a":1,"a":2}', '\uFEFF{}', '[1,]', 'NaN', '{"a":1}{"b":2}')
    .map((text) => Buffer.from(text)),
  fc
    .constantFrom([0], [0xff, 0xfe], [0x22, 0xff, 0x22], [0x22, 0, 0x22], [0x1f, 0x8b, 8, 0])
    .map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(5_000, 100_000).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  fc.constantFrom(5_000, 50_000).map((depth) => Buffer.from('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))),
  fc
    .constantFrom(3_000, 40_000)
    .map((count) => Buffer.from(`[${Array.from({ length: count }, () => '{}').join(',')}]`)),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
);
