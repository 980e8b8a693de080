import { cut } from '@millrace/contracts';
/** A length of time for people: 85 ms, 1.2 s, 3 min 5 s, 2 h 10 min, 3 d 4 h. */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const units: readonly [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ];
  const at = units.findIndex(([, size]) => ms >= size);
  const [name, size] = units[at]!;
  const [lesser, lesserSize] = units[at + 1]!;
  const rest = Math.floor((ms % size) / lesserSize);
  return `${Math.floor(ms / size)} ${name}${rest > 0 ? ` ${rest} ${lesser}` : ''}`;
}

/** A mark for a status, for those who do not tell colours apart. */
export const MARKS: Readonly<Record<string, string>> = {
  pending: '○',
  held: '○',
  running: '▸',
  retrying: '↻',
  waiting: '‖',
  paused: '‖',
  compensating: '↶',
  completed: '✓',
  skipped: '–',
  failed: '✕',
  'dead-lettered': '✕',
  cancelled: '⊘',
};

const LONGEST = 20_000;
/** Objects within objects are taken apart so far; what is deeper is JSON. */
const DEEPEST = 3;

/** A code for people: `confidence-below-threshold` is "Confidence below threshold". Words stay as they are. */
export function sentenceOf(code: string): string {
  if (!/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/.test(code)) return code;
  const words = code.toLowerCase().replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A piece of a text; `run`: it is the id of one. */
export interface Part {
  readonly text: string;
  readonly run: boolean;
}

const RUN_ID = /\b(run_[0-9a-z]{26})\b/;

/** Takes a text apart at the ids of runs in it. */
const partsOf = (text: string): readonly Part[] =>
  text
    .split(RUN_ID)
    .map((part, at) => ({ text: part, run: at % 2 === 1 }))
    .filter(({ text }) => text !== '');

export interface Field {
  /** The path in the value, e.g. `email.subject`; empty for the value itself. */
  readonly name: string;
  readonly text: string;
  /** A word or number, words as somebody wrote them, or JSON. */
  readonly kind: 'short' | 'prose' | 'json';
  readonly parts: readonly Part[];
}

/** A value as named pieces that people can read. Cut where it is very long. */
export function fieldsOf(value: unknown, name = '', depth = 0): readonly Field[] {
  if (isObject(value) && depth < DEEPEST && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, name ? `${name}.${key}` : key, depth + 1));
  }
  const { text, kind } = wordsFor(value);
  return [{ name, text, kind, parts: partsOf(text) }];
}

function wordsFor(value: unknown): Pick<Field, 'text' | 'kind'> {
  if (typeof value === 'string') return { text: shortened(value), kind: isShort(value) ? 'short' : 'prose' };
  if (typeof value === 'number' && !Number.isInteger(value))
    return { text: String(Number(value.toPrecision(4))), kind: 'short' };
  const flat = JSON.stringify(value) ?? '';
  return isShort(flat)
    ? { text: flat, kind: 'short' }
    : { text: shortened(JSON.stringify(value, null, 2)), kind: 'json' };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isShort = (text: string): boolean => text.length <= 80 && !text.includes('\n');

const shortened = (text: string): string =>
  text.length > LONGEST ? `${cut(text, LONGEST)}\n… (the API has all of it)` : text;
