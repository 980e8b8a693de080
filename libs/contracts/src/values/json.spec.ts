import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonFault, readJson } from './json.js';
import { isKept } from './json-text.js';

const faultOf = (json: string | Uint8Array, options?: Parameters<typeof readJson>[1]) => {
  const { fault } = readJson(json, options);
  return fault && `${fault.what} ${fault.pointer}`;
};

/** Text of every kind, JSON or not: what people and programs write, with the numbers and escapes that are hard. */
const json = fc.letrec<{ value: string; number: string; text: string }>((tie) => ({
  number: fc.oneof(
    fc.double().filter(Number.isFinite).map(String),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
    fc.tuple(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 25n })).map(([whole, part]) => `${whole}.${part}`),
    fc.tuple(fc.integer(), fc.integer({ min: -400, max: 400 })).map(([digits, ten]) => `${digits}e${ten}`),
    fc.constantFrom('-0', '0.99999999999999999', '9007199254740993', '9007199254740992', '1e23', '1e400', '1e-400'),
  ),
  text: fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.constantFrom('"a\\u0000b"', '"\\ud83d"', '"\\ud83d\\ude00"', '"__proto__"', '"1, 9007199254740993"', '"\\\\"'),
  ),
  value: fc.oneof(
    { depthSize: 'small' },
    tie('number'),
    tie('text'),
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(tie('text'), tie('value')), { maxLength: 4 })
      .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(',')}}`),
  ),
})).value;

describe('JSON that is read', () => {
  it('is the same when it is written and read again, wherever it is accepted', () => {
    fc.assert(
      fc.property(json, (text) => {
        const { fault, value } = readJson(text);
        if (fault) return expect(fault.pointer).toMatch(/^(\/|$)/);
        const again = readJson(JSON.stringify(value));
        expect(again.fault).toBeUndefined();
        expect(JSON.stringify(again.value)).toBe(JSON.stringify(value));
        expect(jsonFault(value)).toBeUndefined();
      }),
      { seed: 20_261_129, numRuns: 3_000 },
    );
  });

  it('keeps every whole number as it was written, or is refused', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), (number) => {
        const { fault, value } = readJson(`{"n": ${number}}`);
        if (fault) expect(fault).toMatchObject({ what: 'number', pointer: '/n' });
        else expect(BigInt((value as { n: number }).n)).toBe(number);
      }),
      { seed: 20_261_129, numRuns: 3_000 },
    );
  });

  it('is refused for a number exactly where its literal is not kept', () => {
    const digits = (max: number) =>
      fc.string({ unit: fc.constantFrom('0', '9', '1', '9'), minLength: 1, maxLength: max });
    const literal = fc
      .tuple(digits(18), fc.option(digits(20)), fc.option(fc.integer({ min: -330, max: 330 })))
      .map(([whole, part, ten]) => whole.replace(/^0+(?=\d)/, '') + (part ? `.${part}` : '') + (ten ? `e${ten}` : ''));
    fc.assert(
      fc.property(literal, (number) => {
        expect(readJson(`{"n":[-${number}]}`).fault === undefined).toBe(isKept(number));
      }),
      { seed: 20_261_129, numRuns: 5_000 },
    );
  });

  it.each([
    ['{"amount":1e400}', 'number /amount'],
    ['{"amount":-1e400}', 'number /amount'],
    ['9007199254740993', 'number '],
    ['[[1],[12345678901234567890]]', 'number /1/0'],
    ['{"a":{"b":9007199254740993.5}}', 'number /a/b'],
    ['[0.9999999999999999999]', 'number /0'],
    ['[999999999999999.95]', 'number /0'],
    ['{"a":"x\\u0000y"}', 'text /a'],
    ['{"a":["\\ud800"]}', 'text /a/0'],
    ['{"a":{"b\\u0000":1}}', 'key /a'],
    ['{"__proto__":{"a":1}}', 'key '],
    ['{"\\u005f_proto__":{"a":1}}', 'key '],
    ['{"a/b":{"~":1e999}}', 'number /a~1b/~0'],
    ['', 'syntax '],
    ['{"a":', 'syntax '],
    ['[1e5,NaN]', 'syntax '],
  ])('refuses %s and says where', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    '1e23',
    '9007199254740992',
    '0.30000000000000004',
    '1e-400',
    '1.10',
    '"5, 9007199254740993"',
    '1E5',
    '-0.0',
  ])('accepts %s', (text) => {
    expect(faultOf(`{"a":[${text}]}`)).toBeUndefined();
  });

  it('is refused where it is nested deeper than the bound, before anything walks it', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(faultOf(nested(100))).toBeUndefined();
    expect(faultOf(nested(101))).toMatch(/^depth (\/0){100}$/);
    expect(faultOf(nested(500_000))).toMatch(/^depth/);
    expect(faultOf(nested(3), { maxDepth: 2 })).toBe('depth /0/0');
  });

  it('is refused where it is not UTF-8 or larger than the bound', () => {
    expect(faultOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('encoding ');
    expect(faultOf(Buffer.from('\uFEFF{"a":1}'))).toBeUndefined();
    expect(faultOf('"123456"', { maxBytes: 7 })).toBe('size ');
  });

  it('is refused where an object has a key twice and one of the values would be lost', () => {
    expect(faultOf('{"a":1,"b":{"a":2,"\\u0061":3}}', { uniqueKeys: true })).toBe('key /b/a');
    expect(faultOf('{"a":1,"b":[{"a":2},{"a":"{\\"a\\":"}]}', { uniqueKeys: true })).toBeUndefined();
    expect(faultOf('{"a":1,"a":2}')).toBeUndefined();
  });
});

describe('A value in memory', () => {
  class Answer {
    constructor(readonly label: string) {}
  }
  const circle: Record<string, unknown> = {};
  circle.self = circle;

  it.each([
    ['NaN', { a: NaN }, 'number /a'],
    ['Infinity', [1, Infinity], 'number /1'],
    ['a BigInt', { a: 1n }, 'kind /a'],
    ['a Date', { at: new Date(0) }, 'kind /at'],
    ['a function', { a: () => 1 }, 'kind /a'],
    ['a Map', { a: { b: new Map([[1, 2]]) } }, 'kind /a/b'],
    ['a Buffer', Buffer.from('a'), 'kind '],
    ['undefined in a list', [1, undefined], 'kind /1'],
    ['undefined itself', undefined, 'kind '],
    ['a hole in a list', new Array(1), 'kind /0'],
    ['half of a surrogate pair', { a: '\ud83d' }, 'text /a'],
    ['a NUL in a key', { 'a\0': 1 }, 'key '],
    ['a cycle', circle, `depth ${'/self'.repeat(100)}`],
  ])('that holds %s is refused', (_, value, fault) => {
    const { what, pointer } = jsonFault(value)!;
    expect(`${what} ${pointer}`).toBe(fault);
  });

  it('is accepted where it is sent as it is, absent properties and instances of classes included', () => {
    expect(
      jsonFault({ a: undefined, b: new Answer('bug'), c: Object.create(null) as object, d: -1.5 }),
    ).toBeUndefined();
  });

  it('that refers to the same values over and over is refused once it is too large', () => {
    let value: unknown = 'x';
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(jsonFault(value, { maxBytes: 10_000 })?.what).toBe('size');
  });
});
