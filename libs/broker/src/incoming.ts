/** Headers as they came. A header that was sent more than once is an array, in the order sent. */
export type Headers = Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;

export interface Incoming {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  /** `null` is a tombstone on a compacted topic. On a topic of packed records: a JSON array. */
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** Milliseconds since the epoch, as the log has it. */
  readonly timestamp: number;
  /**
   * The reason for which the broker cannot read the record (a checksum that does not fit, an unknown compression); the value is its bytes as
   * the log has them. No handler is given such a record: it is parked, or passed over where nothing parks.
   */
  readonly damaged?: string;
}
