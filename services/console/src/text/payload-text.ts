/** The most characters of a payload that are put on the page; the rest is in the download. */
export const MOST_SHOWN = 60_000;

export interface PayloadPart {
  /** The name of the field; empty for a value that has no fields. */
  readonly name: string;
  readonly text: string;
  /** JSON stands in a fixed-width block, text is read. */
  readonly isText: boolean;
}

/** Splits a value into its fields, as somebody reads them: texts as they are, everything else as JSON. */
export function partsOf(value: unknown): readonly PayloadPart[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [partOf('', value)];
  return Object.entries(value).map(([name, one]) => partOf(name, one));
}

const partOf = (name: string, value: unknown): PayloadPart =>
  typeof value === 'string'
    ? { name, text: value, isText: true }
    : { name, text: JSON.stringify(value, null, 2) ?? 'nothing', isText: false };

/** Keeps the lines that hold the text, whatever its case. */
export function linesWith(text: string, wanted: string): string {
  const small = wanted.toLowerCase();
  return text
    .split('\n')
    .filter((line) => line.toLowerCase().includes(small))
    .join('\n');
}

/** Cuts a text to what a page can show. Returns how many characters are left out, too. */
export function capped(text: string, most = MOST_SHOWN): { readonly shown: string; readonly leftOut: number } {
  return text.length <= most
    ? { shown: text, leftOut: 0 }
    : { shown: text.slice(0, most), leftOut: text.length - most };
}

/** Splits a text at the ids of runs in it: every second part is an id. */
export const splitAtRuns = (text: string): readonly string[] => text.split(/\b(run_[0-9a-z]{26})\b/);
