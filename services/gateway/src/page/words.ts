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
  running: '▸',
  retrying: '↻',
  waiting: '⏸',
  completed: '✓',
  skipped: '–',
  'dead-lettered': '✕',
  cancelled: '⊘',
};

const LONGEST = 20_000;

export interface Field {
  readonly name: string;
  readonly text: string;
  /** To be shown as written, not as JSON. */
  readonly prose: boolean;
}

/** A value as named blocks of text: what people wrote as they wrote it, the rest as JSON. Cut where it is very long. */
export function fieldsOf(value: unknown): readonly Field[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [fieldOf('', value)];
  return Object.entries(value).map(([name, inner]) => fieldOf(name, inner));
}

function fieldOf(name: string, value: unknown): Field {
  const prose = typeof value === 'string';
  const text = prose ? value : (JSON.stringify(value, null, 2) ?? '');
  return { name, prose, text: text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… (the API has all of it)` : text };
}
