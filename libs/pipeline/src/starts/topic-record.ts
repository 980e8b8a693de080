import { type Failure, headerText, isText, jsonFailure, readJson, type TakenRecord, utf8 } from '@millrace/contracts';

/**
 * Returns what triggers and signals read of a record; a failure where its value is not JSON that can be kept as it is. A key or a header
 * whose bytes are no text is not there: a mapping never reads other characters than were sent.
 */
export function readTopicRecord(record: TakenRecord): object | Failure {
  const { key, value, headers, topic, partition, offset, timestamp } = record;
  const { value: read, fault } = value === null ? { value: null } : readJson(value);
  if (fault) return jsonFailure(fault);
  const texts = Object.keys(headers).map(
    (name) => [name, isText(name) ? headerText(headers, name) : undefined] as const,
  );
  return {
    key: key === null ? null : textOf(key),
    value: read,
    headers: Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
    topic,
    partition,
    offset,
    timestamp,
  };
}

function textOf(key: Buffer): string | null {
  const text = utf8(key);
  return text !== undefined && isText(text) ? text : null;
}

export const isFailure = (read: object): read is Failure => 'code' in read && 'kind' in read;

/** Names a record. The timestamp tells a topic from one that was made anew under its name. */
export const placeOf = ({ topic, partition, offset, timestamp }: TakenRecord): string =>
  `${topic}/${partition}/${offset}/${timestamp}`;
