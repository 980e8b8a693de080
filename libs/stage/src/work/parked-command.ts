import type { Broker, Incoming, Outgoing } from '@millrace/broker';
import { type Failure, type Topics, unreadable } from '@millrace/contracts';
import type { Telemetry } from '@millrace/telemetry';

interface ParkedOptions {
  readonly group: string;
  readonly topics: Topics;
  readonly broker: Pick<Broker, 'maxRecordBytes'>;
  readonly telemetry: Pick<Telemetry, 'log' | 'meters'>;
  readonly failure: Failure;
  readonly at: number;
}

/** Returns the dead letter of a record that is no command, and tells of it. */
export function parkedCommand(record: Incoming, options: ParkedOptions): Outgoing {
  const { group, topics, broker, telemetry, failure, at } = options;
  const letter = unreadable(record, { group, failure, at, maxBytes: broker.maxRecordBytes });
  const { topic, partition, offset } = record;
  const { code } = failure;
  telemetry.log.warn({ topic, partition, offset, code }, 'A record cannot be read: it goes to the dead letters.');
  telemetry.meters.parked.add(1, { topic, code });
  return { topic: topics.deadLetters, key: letter.key, value: letter.value, headers: letter.headers };
}
