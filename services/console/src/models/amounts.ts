import { count } from '../text/numbers.js';

/** Returns an amount with four digits after the point where it is small: a call may cost less than a cent. */
export function money(amount: number, currency: string | undefined): string {
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return `${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits })}${currency === undefined ? '' : ` ${currency}`}`;
}

interface Costs {
  readonly calls: number;
  readonly unpriced: number;
  readonly money: number;
}

/** Returns what calls cost. The cost of a call without a price is unknown, never zero. */
export function cost({ calls, unpriced, money: known }: Costs, currency: string | undefined): string {
  if (unpriced === 0) return money(known, currency);
  return unpriced === calls ? 'unknown' : `${money(known, currency)} and ${count(unpriced, 'call')} without a price`;
}
