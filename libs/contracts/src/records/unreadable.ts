import type { Failure } from '../failures.js';
import { headerText } from './headers.js';
import { derivedId } from '../values/ids.js';
import { timeText } from '../values/values.js';

type HeaderValue = string | Buffer | readonly (string | Buffer)[];

/** A record as it was taken from a topic. */
export interface TakenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, HeaderValue | undefined>>;
}

/** Our own headers on a dead letter that is a record as it came; all others are the record's. */
export const UNREADABLE = {
  deadLetter: 'millrace-dead-letter',
  topic: 'millrace-origin-topic',
  partition: 'millrace-origin-partition',
  offset: 'millrace-origin-offset',
  timestamp: 'millrace-origin-timestamp',
  group: 'millrace-origin-group',
  failureKind: 'millrace-failure-kind',
  failureCode: 'millrace-failure-code',
  failureMessage: 'millrace-failure-message',
  failureDetails: 'millrace-failure-details',
  failedAt: 'millrace-failed-at',
  redrives: 'millrace-redrives',
  /** The number of bytes of the record's value, where they do not fit beside these headers: they are still at its origin. */
  omitted: 'millrace-value-omitted',
} as const;

const DEAD_LETTER_ID = /^dl_[0-9a-z]{26}$/;

/** The dead letter that a record is, or was; undefined where its header names none that we could have made. */
export function deadLetterIdOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const id = headerText(headers, UNREADABLE.deadLetter);
  return id !== undefined && DEAD_LETTER_ID.test(id) ? id : undefined;
}

/** Returns the id that the dead letter of a record has, whenever it is made. `item` is the index of an item of the record. */
export const deadLetterIdFor = (
  { topic, partition, offset, timestamp }: Pick<TakenRecord, 'topic' | 'partition' | 'offset' | 'timestamp'>,
  item?: number,
): string =>
  derivedId('dl', ...[topic, partition, offset, timestamp, ...(item === undefined ? [] : [item])].map(String));

/**
 * A record that nobody could read, on its way to `dead-letters`: its key, its bytes and all its headers, and where it came
 * from and why it is here. The origin is there a second time under the names of KIP-1191, for tools that know those. A value that
 * would make the whole larger than `maxBytes` stays where it came from. Where the record given is only an item of the one that
 * was taken, `item` is its index there: each has an id of its own.
 */
export function unreadable(
  record: TakenRecord,
  why: { group: string; failure: Failure; at: number; maxBytes: number; item?: number },
): { key: Buffer | null; value: Buffer | null; headers: Record<string, HeaderValue> } {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const { group, failure, at, maxBytes, item } = why;
  const kept = Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, HeaderValue] => entry[1] !== undefined),
  );
  const letter = {
    key,
    value,
    headers: {
      ...kept,
      [UNREADABLE.deadLetter]: deadLetterIdFor(record, item),
      [UNREADABLE.topic]: topic,
      [UNREADABLE.partition]: String(partition),
      [UNREADABLE.offset]: String(offset),
      [UNREADABLE.timestamp]: timeText(timestamp),
      [UNREADABLE.group]: group,
      [UNREADABLE.failureKind]: failure.kind,
      [UNREADABLE.failureCode]: failure.code,
      [UNREADABLE.failureMessage]: failure.message,
      ...(failure.details && { [UNREADABLE.failureDetails]: JSON.stringify(failure.details) }),
      [UNREADABLE.failedAt]: timeText(at),
      '__dlq.errors.topic': topic,
      '__dlq.errors.partition': String(partition),
      '__dlq.errors.offset': String(offset),
      '__dlq.errors.group': group,
      '__dlq.errors.message': failure.code,
    },
  };
  return weightOf(letter) <= maxBytes
    ? letter
    : { key, value: null, headers: { ...letter.headers, [UNREADABLE.omitted]: String(value?.length ?? 0) } };
}

/** Key, value and headers in bytes, generously: a header's framing takes a few. */
function weightOf({
  key,
  value,
  headers,
}: {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
}): number {
  const sizes = Object.entries(headers).flatMap(([name, given]) =>
    (Array.isArray(given) ? (given as readonly (string | Buffer)[]) : [given as string | Buffer]).map(
      (one) => Buffer.byteLength(name) + Buffer.byteLength(one) + 10,
    ),
  );
  return (key?.length ?? 0) + (value?.length ?? 0) + sizes.reduce((sum, size) => sum + size, 0);
}
