import { orElse, pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { bookInvoice, fileInvoice, payInvoice, readInvoice, refundInvoice, unbookInvoice } from './stages/contracts.js';

const Given = z.object({
  text: z.string(),
  /** The company of the group whose invoice it is. */
  company: z.string().optional(),
});

/**
 * An invoice is booked, paid and filed. Where a step fails for good, or not all is done within the two weeks that an invoice has, the run has failed, and what
 * was done is undone, the last first. Money goes before other work of the same stages, and no company keeps them from the others.
 */
export const invoiceProcessing = pipeline(
  {
    name: 'invoice-processing',
    input: Given,
    onFailure: 'fail',
    deadline: '14d',
    priority: 'high',
    tenant: (input) => orElse(input.company, 'unnamed'),
  },
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
        retry: { maxAttempts: 1_000, initialMs: 1_000, maxMs: 3_600_000, never: ['PAYMENT_REFUSED'] },
        deadline: '10d',
        compensate: { stage: refundInvoice, input: ({ payment }) => ({ payment, total }), retry: 5 },
      },
    );
    const filed = step('file', fileInvoice, { number, entry: booked.entry, payment: paid.payment });
    return { number, payment: paid.payment, place: filed.place };
  },
);
