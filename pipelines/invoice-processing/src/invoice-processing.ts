import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { bookInvoice, fileInvoice, payInvoice, readInvoice, refundInvoice, unbookInvoice } from './stages/contracts.js';

/** An invoice is booked, paid and filed. Where a step fails for good the run has failed, and what was done is undone, the last first. */
export const invoiceProcessing = pipeline(
  { name: 'invoice-processing', input: z.object({ text: z.string() }), onFailure: 'fail' },
  ({ input, step }) => {
    const { number, supplier, total } = step('read', readInvoice, { text: input.text });
    const booked = step(
      'book',
      bookInvoice,
      { number, supplier, total },
      { compensate: { stage: unbookInvoice, input: ({ entry }) => ({ entry, total }), retry: 5 } },
    );
    const paid = step(
      'pay',
      payInvoice,
      { number, supplier, total },
      {
        after: [booked],
        retry: { maxAttempts: 4, initialMs: 1_000 },
        compensate: { stage: refundInvoice, input: ({ payment }) => ({ payment, total }), retry: 5 },
      },
    );
    const filed = step('file', fileInvoice, { number, entry: booked.entry, payment: paid.payment });
    return { number, payment: paid.payment, place: filed.place };
  },
);
