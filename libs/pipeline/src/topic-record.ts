import { failure, type Failure, headerText, type TakenRecord } from '@millrace/contracts';

/** What triggers and signals read of a record; a failure where its value is not JSON. */
export function readTopicRecord(record: TakenRecord): object | Failure {
  const { key, value, headers, topic, partition, offset, timestamp } = record;
  try {
    const texts = Object.keys(headers).map((name) => [name, headerText(headers, name)] as const);
    return {
      key: key?.toString('utf8') ?? null,
      value: value === null ? null : (JSON.parse(value.toString('utf8')) as unknown),
      headers: Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
      topic,
      partition,
      offset,
      timestamp,
    };
  } catch {
    return failure('INVALID_JSON', 'The record’s value is not JSON.');
  }
}

export const isFailure = (read: object): read is Failure => 'code' in read && 'kind' in read;

/** Names a record. The timestamp tells a topic from one that was made anew under its name. */
export const placeOf = ({ topic, partition, offset, timestamp }: TakenRecord): string =>
  `${topic}/${partition}/${offset}/${timestamp}`;
