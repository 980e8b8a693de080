export type BrokerErrorCode =
  | 'RECORD_TOO_LARGE'
  | 'RECORD_REFUSED'
  | 'BROKER_UNAVAILABLE'
  | 'UNKNOWN_TOPIC'
  | 'LOG_DAMAGED'
  | 'LOG_IN_USE'
  | 'LOG_FULL'
  | 'RECORD_DAMAGED';

/** Says what the broker could not do, to which topic, and what to do about it. Keeps its cause. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  constructor(
    readonly code: BrokerErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
