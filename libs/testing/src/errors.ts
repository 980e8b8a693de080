/** The code of an impossible request of a test. */
export type TestingErrorCode =
  | 'STAGE_MISSING'
  | 'WRONG_CONTRACT'
  | 'NO_SUCH_STEP'
  | 'NO_SUCH_TOPIC'
  | 'CLAIMED'
  | 'INVALID_INPUT'
  | 'NOT_WAITING'
  | 'NOT_PARKED'
  | 'ANSWER_REFUSED'
  | 'NO_CHILD'
  | 'NEVER_ENDS';

/** A mistake of the test's, not of the pipeline's: the message says what to do instead. */
export class TestingError extends Error {
  override readonly name = 'TestingError';

  constructor(
    readonly code: TestingErrorCode,
    message: string,
  ) {
    super(message);
  }
}
