import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

const Number = z.string().regex(/^[\w-]{1,40}$/);
const Amount = z.number().positive();
const Invoice = z.object({ number: Number, supplier: z.string(), total: Amount });

/** Finds in a text what there is to pay, and holds the total against the lines. */
export const readInvoice = defineStage({
  name: 'read-invoice',
  summary: 'Invoice {number} of {supplier} over {total}',
  input: z.object({ text: z.string() }),
  output: Invoice,
});

export const bookInvoice = defineStage({
  name: 'book-invoice',
  summary: 'Booked as {entry}',
  input: Invoice,
  output: z.object({ entry: z.string() }),
});
export const unbookInvoice = defineStage({
  name: 'unbook-invoice',
  summary: 'Unbooked by {entry}',
  input: z.object({ entry: z.string(), total: Amount }),
  output: z.object({ entry: z.string() }),
});

export const payInvoice = defineStage({
  name: 'pay-invoice',
  summary: 'Paid as {payment}',
  input: Invoice,
  output: z.object({ payment: z.string() }),
});
export const refundInvoice = defineStage({
  name: 'refund-invoice',
  summary: 'Refunded as {payment}',
  input: z.object({ payment: z.string(), total: Amount }),
  output: z.object({ payment: z.string() }),
});

/** Puts an invoice away under its number. Of a number there is one. */
export const fileInvoice = defineStage({
  name: 'file-invoice',
  summary: 'Filed in {place}',
  input: z.object({ number: Number, entry: z.string(), payment: z.string() }),
  output: z.object({ place: z.string() }),
});
