import { StageFailure } from '@millrace/stage';

/** Reads an invoice: `Invoice NUMBER`, `Supplier: NAME`, lines that end with an amount, and their total. */
export function invoiceIn(text: string): { number: string; supplier: string; total: number } {
  const number = /^Invoice ([\w-]{1,40})$/m.exec(text)?.[1];
  const supplier = /^Supplier: (.+)$/m.exec(text)?.[1];
  const amounts = [...text.matchAll(/^(.+): (\d+\.\d\d)$/gm)].map(([, what, amount = '']) => ({
    what,
    cents: centsOf(amount),
  }));
  const total = amounts.find(({ what }) => what === 'Total')?.cents;
  if (number === undefined || supplier === undefined || !total)
    throw unreadable('It lacks a number, a supplier or a total.');
  const sum = amounts.reduce((all, { what, cents }) => all + (what === 'Total' ? 0 : cents), 0);
  if (sum !== total) throw unreadable('Its lines do not make its total.');
  return { number, supplier, total: total / 100 };
}

const centsOf = (amount: string): number => Math.round(parseFloat(amount) * 100);
const unreadable = (message: string) => new StageFailure('INVOICE_UNREADABLE', message, { kind: 'permanent' });
