import type { Span } from '@millrace/ai';

const SMALL = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const VALUES = new Map<string, number>([
  ...SMALL.map((word, at) => [word, at + 2] as const),
  ...(['fifteen', 'twenty', 'thirty', 'sixty', 'ninety', 'hundred'] as const).map(
    (word, at) => [word, [15, 20, 30, 60, 90, 100][at] ?? 0] as const,
  ),
]);
const DIGITS = /\d{1,15}(?:[.,]\d{1,15}){0,5}/g;
/** A number in words says something where it counts time or money; "the last four digits" does not. */
const IN_WORDS = new RegExp(
  `\\b(${[...VALUES.keys()].join('|')})[ -](?:[a-z]{3,10} )?(?:days?|weeks?|months?|years?|hours?|minutes?|pounds?|euros?|dollars?|per ?cent)\\b`,
  'gi',
);
const MARKS = /\[kb:[^\]\n]{0,300}\]|\bhttps?:\/\/\S{1,500}/gi;

/**
 * Returns the numbers in a draft that none of its sources states: amounts, times, dates and shares. Personal data, links and marks of
 * citations have rules of their own.
 */
export function unsupportedIn(
  draft: string,
  { sources, personal }: { readonly sources: readonly string[]; readonly personal: readonly Span[] },
): string[] {
  const stated = new Set(sources.flatMap((source) => numbersIn(source).map(({ value }) => value)));
  const own = personal.map(({ start, end }) => draft.slice(start, end));
  const text = own.reduce((rest, piece) => rest.replace(piece, ' '), draft).replace(MARKS, ' ');
  const unknown = numbersIn(text).filter(({ value }) => !stated.has(value));
  return [...new Set(unknown.map(({ written }) => written))];
}

function numbersIn(text: string): { readonly written: string; readonly value: number }[] {
  const digits = [...text.matchAll(DIGITS)].map(([written]) => ({ written, value: valueOf(written) }));
  const words = [...text.matchAll(IN_WORDS)].map(([, word = '']) => ({
    written: word,
    value: VALUES.get(word.toLowerCase()) ?? Number.NaN,
  }));
  return [...digits, ...words];
}

/** `1,250.00` and `1250` are the same number. */
function valueOf(written: string): number {
  const plain = written.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(',', '.');
  return Number.parseFloat(plain);
}
