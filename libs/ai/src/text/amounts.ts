import { present } from '@millrace/contracts';
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
    ...[...text.matchAll(BEFORE)].map(({ index: at, 1: unit, 2: number, 3: thousands }) => ({
      at,
      unit,
      number,
      thousands,
    })),
    ...[...text.matchAll(AFTER)].map(({ index: at, 1: number, 2: thousands, 3: unit }) => ({
      at,
      unit,
      number,
      thousands,
    })),
  ].sort((a, b) => a.at - b.at);
  const amounts = found.map(({ unit, number, thousands }) => ({
    value: numberOf(present(number, 'number of the amount')) * (thousands ? 1000 : 1),
    currency: present(CODES[present(unit, 'currency of the amount').toLowerCase()], `code of ${unit}`),
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
