import type { JsonFault } from './json-fault.js';
import { pointerOf } from './json-pointer.js';

/**
 * Only such literals can become another number when they are read: those with 16 digits before the point or an exponent, and
 * fractions that may be rounded up to a whole number. Strings may look the same: the careful scan tells.
 */
const SUSPECT_NUMBER = /(?:^|[\s:[,])-?(?:\d{16}|\d[\d.]*[eE]|\d{8,}\.9|\d+\.9{7})/;
const NUMBER = /-?\d[\d.eE+-]*/y;

/** Looks at valid JSON for what its value does not show any more: numbers that were changed, keys that were there twice. */
export function faultInText(
  json: string,
  { uniqueKeys, holdsLarge }: { readonly uniqueKeys: boolean; readonly holdsLarge: boolean },
): JsonFault | undefined {
  // The search takes as long as parsing: it is only made where a number was read as a large one, or may have been rounded up,
  // for which a smaller one needs at least three nines in a row, a point between them perhaps.
  const isSuspect = holdsLarge || (json.includes('99') && SUSPECT_NUMBER.test(json));
  if (!uniqueKeys && !isSuspect) return undefined;
  return new Scan(json, uniqueKeys).run();
}

/** An array or object that the scan is in: `at` is the index, or the key once the key was read. */
class Frame {
  constructor(
    public at: string | number | undefined,
    readonly keys?: Set<string>,
  ) {}

  next(): void {
    this.at = typeof this.at === 'number' ? this.at + 1 : undefined;
  }
}

class Scan {
  private readonly frames: Frame[] = [];

  constructor(
    private readonly json: string,
    private readonly uniqueKeys: boolean,
  ) {}

  run(): JsonFault | undefined {
    const { json, frames } = this;
    for (let at = 0; at < json.length; at++) {
      const char = json.charAt(at);
      const frame = frames.at(-1);
      if (char === '"') {
        const end = endOfString(json, at);
        const twice = frame && frame.at === undefined ? this.takeKey(frame, json.slice(at, end + 1)) : undefined;
        if (twice) return twice;
        at = end;
      } else if (char === '{') frames.push(new Frame(undefined, this.uniqueKeys ? new Set() : undefined));
      else if (char === '[') frames.push(new Frame(0));
      else if (char === '}' || char === ']') frames.pop();
      else if (char === ',') frame?.next();
      else if (char === '-' || (char >= '0' && char <= '9')) {
        NUMBER.lastIndex = at;
        const literal = NUMBER.exec(json)?.[0] ?? char;
        if (!isKept(literal))
          return this.fault('number', 'a double cannot hold this number as it is written: send it as text');
        at += literal.length - 1;
      }
    }
    return undefined;
  }

  private takeKey(frame: Frame, quoted: string): JsonFault | undefined {
    const key = JSON.parse(quoted) as string;
    const isTwice = frame.keys?.has(key) ?? false;
    frame.keys?.add(key);
    frame.at = key;
    return isTwice ? this.fault('key', 'the object has this key twice') : undefined;
  }

  private fault(what: JsonFault['what'], detail: string): JsonFault {
    return { what, pointer: pointerOf(this.frames.map(({ at }) => at ?? '')), detail };
  }
}

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

/** Returns true when a number's literal and the double that it is read as are the same, but for the rounding of a fraction. */
export function isKept(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const said = decimalOf(literal);
  const read = decimalOf(String(value));
  if (said.exponent >= 0) return said.digits === read.digits && said.exponent === read.exponent;
  return wholePart(said) === wholePart(read);
}

/** A number without its sign: digits without zeros around them, times ten to the power of the exponent. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(literal: string): Decimal {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all[start] === '0') start++;
  while (end > start && all[end - 1] === '0') end--;
  if (start === end) return { digits: '', exponent: 0 };
  return { digits: all.slice(start, end), exponent: Number(exponent) - fraction.length + (all.length - end) };
}

function wholePart({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return digits + '0'.repeat(digits === '' ? 0 : exponent);
  return digits.slice(0, Math.max(0, digits.length + exponent));
}
