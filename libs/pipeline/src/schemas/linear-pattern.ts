import { RE2JS } from 're2js';
import { z } from 'zod';

/** A regular expression whose time to match grows with the text alone, whatever the text is. */
export interface LinearPattern {
  test(text: string): boolean;
  /** The size of the compiled pattern: the cost of each character, at worst. */
  readonly size: number;
  /** The pattern itself. */
  toString(): string;
}

/** Longer patterns are refused, and so are those that repetitions make larger than this. */
const LONGEST = 2_000;
const LARGEST = 5_000;

/** zod writes these into schemas. They look around, which RE2 cannot; each is anchored and has been read to be linear. */
const OF_ZOD: ReadonlySet<string> = new Set(
  [
    z.core.regexes.domain,
    z.core.regexes.duration,
    z.core.regexes.extendedDuration,
    z.core.regexes.hostname,
    z.core.regexes.iban,
    z.core.regexes.email,
    z.core.regexes.emoji(),
  ].map((pattern) => (pattern as RegExp).source),
);

const MOST_KEPT = 500;
const kept = new Map<string, LinearPattern>();

/**
 * A pattern of JavaScript, without flags, on an engine without back-tracking (RE2).
 * @throws {Error} saying why the pattern cannot be used: not valid, too large, or in need of back-tracking
 */
export function linearPattern(source: string): LinearPattern {
  const known = kept.get(source);
  if (known) return known;
  const made = compiled(source);
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(source, made);
  return made;
}

function compiled(source: string): LinearPattern {
  if (source.length > LONGEST) throw new Error(`it has ${source.length} characters, and may have ${LONGEST}`);
  refuseInvalid(source);
  if (OF_ZOD.has(source)) {
    const native = new RegExp(source, 'u');
    return { test: (text) => native.test(text), size: source.length, toString: () => source };
  }
  const size = sizeOf(source);
  if (size > LARGEST) throw new Error('its repetitions make it too large: give lengths as minLength and maxLength');
  const engine = RE2JS.compile(RE2JS.translateRegExp(asRe2(source)));
  return { test: (text) => engine.test(text), size, toString: () => source };
}

/** Matches syntax that only RE2 knows, or that means something else without the flag `u`. */
const FOREIGN = /\\[AzZQECGkpP1-9]|\[\[:|\{,|\(\?(?!:|<[A-Za-z_$])/;

/** Some patterns are valid only with Unicode rules, some only without. */
function refuseInvalid(source: string): void {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    if (FOREIGN.test(source)) throw error;
    new RegExp(source);
  }
}

const SPACE =
  '\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NO_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** The same pattern where RE2 means something else by it: spaces are those of Unicode, and `.` is no line break. */
function asRe2(source: string): string {
  let isClass = false;
  return source.replaceAll(/\\p\{(?:Script|sc)=(\w+)\}|\\[^]|[[\].]/g, (token, script?: string) => {
    if (script !== undefined) return `\\p{${script}}`;
    if (token === '\\k') throw new Error('it refers back to what was matched before');
    if (token === '\\s') return isClass ? SPACE : `[${SPACE}]`;
    if (token === '\\S') return isClass ? NO_SPACE : `[${NO_SPACE}]`;
    if (token === '.') return isClass ? token : '[^\\n\\r\\x{2028}\\x{2029}]';
    if (token === '[') isClass = true;
    else if (token === ']') isClass = false;
    return token;
  });
}

/** Returns the size of a pattern once its repetitions are written out. */
function sizeOf(source: string): number {
  const groups: number[] = [];
  let [whole, atom] = [0, 0];
  for (const [token] of source.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^]/g)) {
    if (token === '(') {
      groups.push(whole);
      [whole, atom] = [0, 0];
    } else if (token === ')') {
      atom = whole + 1;
      whole = (groups.pop() ?? 0) + atom;
    } else if (/^\{\d/.test(token)) {
      const times = Math.max(...token.slice(1, -1).split(',').map(Number), 1);
      whole += atom * (times - 1);
      atom *= times;
    } else {
      atom = 1;
      whole += 1;
    }
  }
  return whole;
}
