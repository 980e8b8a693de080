import { type Outgoing, refuseTooLarge, sizeAtMost, sizeOf } from '@millrace/broker';
import { failure, type Failure } from '@millrace/contracts';

/** Thrown for a record whose request cannot be carried out: the record is parked with this failure. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.code = failure.code;
  }
}

/** Bounds what one batch may answer with, so that a record that asks for too much is found before it fills the memory. */
export class AnswerBudget {
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly maxRecordBytes: number,
  ) {}

  /**
   * Counts records of the batch's answer.
   * @throws {Refused} `ANSWER_TOO_LARGE` where all of them together are too much
   * @throws {BrokerError} `RECORD_TOO_LARGE` for one that no broker would take
   */
  spend(records: readonly Outgoing[]): void {
    for (const record of records) {
      const most = sizeAtMost(record);
      // Exact only where it matters: counting takes a walk over the text.
      this.bytes += most > this.maxBytes / 64 ? sizeOf(record) : most;
    }
    if (this.bytes > this.maxBytes) {
      const message = `The answer to the record has more than ${this.maxBytes} bytes.`;
      throw new Refused(failure('ANSWER_TOO_LARGE', message));
    }
    refuseTooLarge(records, this.maxRecordBytes);
  }
}
