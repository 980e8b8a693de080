import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { bookInvoice, fileInvoice, payInvoice, readInvoice, refundInvoice, unbookInvoice } from './contracts.js';
import { invoiceIn } from './invoice-text.js';
import { Office } from './office.js';

/** More than this the bank does not pay at once. */
const LIMIT = 50_000;

@Stage(readInvoice)
export class ReadInvoiceStage implements Handles<typeof readInvoice> {
  handle({ text }: In<typeof readInvoice>): Out<typeof readInvoice> {
    return invoiceIn(text);
  }
}

@Stage(bookInvoice)
export class BookInvoiceStage implements Handles<typeof bookInvoice> {
  constructor(private readonly office: Office) {}

  async handle(invoice: In<typeof bookInvoice>, run: StageRun): Promise<Out<typeof bookInvoice>> {
    return { entry: await this.office.enter(run.idempotencyKey, { booked: invoice.total, ...invoice }) };
  }
}

@Stage(unbookInvoice)
export class UnbookInvoiceStage implements Handles<typeof unbookInvoice> {
  constructor(private readonly office: Office) {}

  async handle({ entry, total }: In<typeof unbookInvoice>, run: StageRun): Promise<Out<typeof unbookInvoice>> {
    return { entry: await this.office.enter(run.idempotencyKey, { booked: -total, undoes: entry }) };
  }
}

@Stage(payInvoice)
export class PayInvoiceStage implements Handles<typeof payInvoice> {
  constructor(private readonly office: Office) {}

  async handle(invoice: In<typeof payInvoice>, run: StageRun): Promise<Out<typeof payInvoice>> {
    if (invoice.total > LIMIT)
      throw new StageFailure('PAYMENT_REFUSED', 'The bank does not pay so much at once.', { kind: 'permanent' });
    return { payment: await this.office.enter(run.idempotencyKey, { paid: invoice.total, to: invoice.supplier }) };
  }
}

@Stage(refundInvoice)
export class RefundInvoiceStage implements Handles<typeof refundInvoice> {
  constructor(private readonly office: Office) {}

  async handle({ payment, total }: In<typeof refundInvoice>, run: StageRun): Promise<Out<typeof refundInvoice>> {
    return { payment: await this.office.enter(run.idempotencyKey, { paid: -total, undoes: payment }) };
  }
}

@Stage(fileInvoice)
export class FileInvoiceStage implements Handles<typeof fileInvoice> {
  constructor(private readonly office: Office) {}

  async handle({ number }: In<typeof fileInvoice>, run: StageRun): Promise<Out<typeof fileInvoice>> {
    if (await this.office.take(number, run.idempotencyKey)) return { place: number };
    throw new StageFailure('FILED_BEFORE', 'An invoice of this number was filed before.', { kind: 'permanent' });
  }
}
