import { personalDataIn } from './spans.js';

/** A text whose personal data are placeholders, and the way back. */
export interface Redacted {
  readonly text: string;
  /** The number of different placeholders. */
  readonly count: number;
  /** Returns a value with the personal data back in its texts. */
  restore<T>(value: T): T;
}

/** Personal data is looked for in pieces of this many characters. */
const PIECE = 60_000;
const PLACEHOLDER = /\[(?:email|iban|card|account|sort-code|national-id|phone)-\d{1,6}\]/gi;

/**
 * Replaces personal data by placeholders such as `[card-1]`: the same number has the same placeholder. A placeholder that the text
 * itself contains is never used, so nobody can ask for another one's data by writing it.
 */
export function redacted(text: string): Redacted {
  const taken = new Set((text.match(PLACEHOLDER) ?? []).map((mark) => mark.toLowerCase()));
  const marks = new Map<string, string>();
  const values = new Map<string, string>();
  let at = 0;
  const markOf = (kind: string, value: string): string => {
    const known = marks.get(`${kind} ${value}`);
    if (known !== undefined) return known;
    let mark: string;
    do mark = `[${kind}-${++at}]`;
    while (taken.has(mark));
    marks.set(`${kind} ${value}`, mark);
    values.set(mark, value);
    return mark;
  };
  const out = piecesOf(text).map((piece) => withMarks(piece, markOf));
  return {
    text: out.join(''),
    count: values.size,
    restore: (value) => (values.size === 0 ? value : (restored(value, values) as typeof value)),
  };
}

function withMarks(text: string, markOf: (kind: string, value: string) => string): string {
  let out = '';
  let from = 0;
  for (const { kind, start, end } of personalDataIn(text)) {
    out += text.slice(from, start) + markOf(kind, text.slice(start, end));
    from = end;
  }
  return out + text.slice(from);
}

/** Cuts a long text between lines, or else between words that hold no digits, so that no number is cut in two. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > PIECE) {
    const piece = text.slice(from, from + PIECE);
    const line = piece.lastIndexOf('\n');
    const words = piece.search(/[^\d\s@]\s[^\d\s@]*$/);
    const end = line > PIECE / 2 ? line + 1 : words > PIECE / 2 ? words + 1 : PIECE;
    pieces.push(text.slice(from, from + end));
    from += end;
  }
  return [...pieces, text.slice(from)];
}

function restored(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(PLACEHOLDER, (mark) => values.get(mark.toLowerCase()) ?? mark);
  }
  if (Array.isArray(value)) return value.map((one) => restored(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, restored(one, values)]));
}
