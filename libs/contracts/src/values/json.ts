import { cut } from './cut.js';
import { isUtf8 } from 'node:buffer';
import { failure, type Failure } from '../failures.js';
import type { JsonFault } from './json-fault.js';
import { pointerOf } from './json-pointer.js';
import { faultInText } from './json-text.js';
import { isText } from './values.js';

export type JsonReading =
  { readonly value: unknown; readonly fault?: undefined } | { readonly fault: JsonFault; readonly value?: undefined };

export interface JsonBounds {
  /** Bytes of a text that is read; of a value in memory, the characters that it takes at least. */
  readonly maxBytes?: number;
  /** The number of arrays and objects that may lie within each other. */
  readonly maxDepth?: number;
  /** A key that no object may have. */
  readonly reservedKey?: string;
}

/** The depth of what people and stages send. */
export const JSON_DEPTH = 100;
/** The depth of records of our own, which hold such values. */
export const RECORD_DEPTH = JSON_DEPTH + 20;

/** Later than every time in milliseconds that is likely, so that ordinary records hold nothing as large. */
const LARGE = 1e13;

/** Only escapes make a NUL or half of a surrogate pair, or hide the key that cannot be kept. */
const isSuspect = (json: string): boolean => json.includes('\\u') || json.includes('__proto__');

/**
 * Reads JSON that will be the same wherever it goes: UTF-8, text that can be stored, numbers that a double holds as they are
 * written (fractions are rounded, up to 15 significant digits survive), bounded depth. What it accepts survives
 * `JSON.stringify`, and reading again, unchanged. With `uniqueKeys` a key that an object has twice is refused.
 */
export function readJson(
  given: Uint8Array | string,
  {
    maxBytes = Infinity,
    maxDepth = JSON_DEPTH,
    uniqueKeys = false,
  }: JsonBounds & { readonly uniqueKeys?: boolean } = {},
): JsonReading {
  const bytes = typeof given === 'string' ? Buffer.byteLength(given) : given.length;
  if (bytes > maxBytes) return refused('size', `${bytes} bytes are more than ${maxBytes}`);
  const text = typeof given === 'string' ? given : utf8(given);
  if (text === undefined) return refused('encoding', 'the bytes are not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('syntax', text.trim() === '' ? 'there is no value' : 'the text cannot be parsed as JSON');
  }
  const walk = new Walk({ maxDepth, maxSize: Infinity, isParsed: true, looksAtText: isSuspect(text) });
  const fault = walk.faultIn(value) ?? faultInText(text, { uniqueKeys, holdsLarge: walk.holdsLarge });
  return fault ? { fault } : { value };
}

/** Returns the reason for which a value in memory would not arrive as it is when it is sent as JSON; undefined where it would. Properties that are undefined are not sent. */
export function jsonFault(
  value: unknown,
  { maxBytes = Infinity, maxDepth = JSON_DEPTH, reservedKey }: JsonBounds = {},
): JsonFault | undefined {
  try {
    return new Walk({ maxDepth, maxSize: maxBytes, isParsed: false, looksAtText: true, reservedKey }).faultIn(value);
  } catch {
    return { what: 'kind', pointer: '', detail: 'the value cannot be read: a getter of it throws' };
  }
}

/**
 * Returns the number of characters that a value in memory takes at least, or the reason for which it would not arrive. What stands in it many times counts each time, as in
 * its text, and the walk ends at the bound: a value that is small in memory may be endless as text.
 */
export function jsonSize(
  value: unknown,
  { maxBytes = Infinity, maxDepth = JSON_DEPTH }: JsonBounds = {},
): number | JsonFault {
  const walk = new Walk({ maxDepth, maxSize: maxBytes, isParsed: false, looksAtText: true });
  return walk.faultIn(value) ?? walk.size;
}

/** The failure of a record or a value with such a fault. */
export function jsonFailure({ what, pointer, detail }: JsonFault, subject = 'The record’s value'): Failure {
  if (what === 'encoding' || what === 'syntax' || what === 'depth')
    return failure('INVALID_JSON', `${subject} is not JSON: ${detail}.`);
  if (what === 'size') return failure('RECORD_TOO_LARGE', `${subject} is too large: ${detail}.`);
  return failure(
    'INVALID_VALUE',
    `${subject} holds something that cannot be kept as it is, at ${pointer || 'its top'}.`,
    {
      details: [{ pointer: cut(pointer, 1_000), detail }],
    },
  );
}

const refused = (what: JsonFault['what'], detail: string): JsonReading => ({ fault: { what, pointer: '', detail } });

/** Text of bytes that are UTF-8, without a byte order mark; undefined where they are not. */
export function utf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

interface Found {
  readonly what: JsonFault['what'];
  readonly detail: string;
  /** From the inside out. */
  readonly way: (string | number)[];
}

const found = (what: JsonFault['what'], detail: string): Found => ({ what, detail, way: [] });
const BAD_TEXT = 'the text holds a NUL or half of a surrogate pair';

class Walk {
  size = 0;
  /** True once a number was read that is not finite, or so large that few digits follow the point. */
  holdsLarge = false;

  constructor(
    private readonly options: {
      maxDepth: number;
      maxSize: number;
      isParsed: boolean;
      looksAtText: boolean;
      reservedKey?: string | undefined;
    },
  ) {}

  faultIn(value: unknown): JsonFault | undefined {
    const fault = this.look(value, 0);
    return fault && { what: fault.what, pointer: pointerOf(fault.way.reverse()), detail: fault.detail };
  }

  private look(value: unknown, depth: number): Found | undefined {
    this.size += 1;
    if (typeof value === 'string') {
      this.size += value.length;
      if (this.options.looksAtText && !isText(value)) return found('text', BAD_TEXT);
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= this.options.maxDepth)
        return found('depth', `it is nested deeper than ${this.options.maxDepth} levels`);
      const kind = this.options.isParsed ? undefined : kindFault(value);
      if (kind) return kind;
      return Array.isArray(value) ? this.lookAtItems(value, depth) : this.lookAtEntries(value, depth);
    } else if (this.options.isParsed) {
      if (typeof value === 'number' && !(Math.abs(value) < LARGE)) this.holdsLarge = true;
    } else {
      if (typeof value === 'number' && !Number.isFinite(value)) return found('number', `${value} is no number of JSON`);
      if (value !== null && typeof value !== 'number' && typeof value !== 'boolean')
        return found('kind', `JSON has no form for a value of the type ${typeof value}`);
    }
    return this.size > this.options.maxSize
      ? found('size', `it takes more than ${this.options.maxSize} characters`)
      : undefined;
  }

  private lookAtItems(items: readonly unknown[], depth: number): Found | undefined {
    for (let at = 0; at < items.length; at++) {
      const fault = this.look(items[at], depth + 1);
      if (fault) return within(fault, at);
    }
    return undefined;
  }

  private lookAtEntries(value: object, depth: number): Found | undefined {
    for (const key of Object.keys(value)) {
      const entry = (value as Readonly<Record<string, unknown>>)[key];
      if (entry === undefined) continue;
      if (this.options.looksAtText) {
        if (key === '__proto__' || key === this.options.reservedKey)
          return found('key', `the key ${key} is not allowed`);
        if (!isText(key)) return found('key', 'a key holds a NUL or half of a surrogate pair');
      }
      this.size += key.length + 3;
      const fault = this.look(entry, depth + 1);
      if (fault) return within(fault, key);
    }
    return undefined;
  }
}

function within(fault: Found, part: string | number): Found {
  fault.way.push(part);
  return fault;
}

/** Says why an object would be sent as something else than its own properties. */
function kindFault(value: object): Found | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return undefined;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if ((tag === 'Object' || tag === 'Array') && !('toJSON' in value)) return undefined;
  return found(
    'kind',
    `JSON has no form for ${tag === 'Object' ? 'an object with toJSON' : `a ${tag}`}: answer with its data`,
  );
}
