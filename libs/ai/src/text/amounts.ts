import { z } from 'zod';

/** A sum of money; `currency` is an ISO 4217 code. */
export const Amount = z.object({ value: z.number(), currency: z.string().length(3) });
export type Amount = z.infer<typeof Amount>;

const CODES: Readonly<Record<string, string>> = {
  '£': 'GBP',
  gbp: 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  quid: 'GBP',
  sterling: 'GBP',
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  $: 'USD',
  usd: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  us$: 'USD',
  '¥': 'JPY',
  jpy: 'JPY',
  yen: 'JPY',
  chf: 'CHF',
  franc: 'CHF',
  francs: 'CHF',
};
const NUMBER = String.raw`\d{1,3}(?:[ ,.']\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?`;
const BEFORE = new RegExp(String.raw`(£|€|\$|¥|\b(?:GBP|EUR|USD|CHF|JPY|US\$))\s?(${NUMBER})(k\b)?(?![\d])`, 'gi');
const AFTER = new RegExp(
  String.raw`(?<![\d.,£€$¥])(${NUMBER})\s?(k\s)?\s?(£|€|\$|¥|(?:GBP|EUR|USD|CHF|JPY|pounds?|euros?|dollars?|yen|francs?|quid|sterling)\b)(?!\s?\d)`,
  'gi',
);

/** Sums of money with their currency, each once, in the order of the text. */
export function amountsIn(text: string): Amount[] {
  const found = [
    ...[...text.matchAll(BEFORE)].map((m) => ({ at: m.index, unit: m[1]!, number: m[2]!, thousands: m[3] })),
    ...[...text.matchAll(AFTER)].map((m) => ({ at: m.index, unit: m[3]!, number: m[1]!, thousands: m[2] })),
  ].sort((a, b) => a.at - b.at);
  const amounts = found.map(({ unit, number, thousands }) => ({
    value: numberOf(number) * (thousands ? 1000 : 1),
    currency: CODES[unit.toLowerCase()]!,
  }));
  const each = new Map<string, Amount>();
  for (const amount of amounts) {
    const name = `${amount.value} ${amount.currency}`;
    if (!each.has(name)) each.set(name, amount);
  }
  return [...each.values()];
}

/** `1,234.50`, `1.234,50`, `1 234` and `1'234` alike: a last separator with one or two digits after it is the decimal one. */
function numberOf(written: string): number {
  const decimals = /[.,](\d{1,2})$/.exec(written);
  const whole = decimals ? written.slice(0, decimals.index) : written;
  return Number(`${whole.replace(/\D/g, '')}.${decimals?.[1] ?? '0'}`);
}
