import { causeOf, type Incoming, type Outgoing, type Parking } from '@millrace/broker';
import { failure, Failure, unreadable } from '@millrace/contracts';
import type { Runtime } from './runtime.js';

/** Codes of errors that are not the record's: what is away comes back, and another owner goes on with what it took over. */
const NOT_THE_RECORDS = new Set<unknown>([
  ...['STORE_UNAVAILABLE', 'STALE_OWNER', 'STORE_BEHIND', 'WORK_LOST'],
  ...['BLOB_STORE_AWAY', 'BROKER_UNAVAILABLE', 'LOG_FULL', 'UNKNOWN_TOPIC', 'LOG_DAMAGED', 'LOG_IN_USE'],
]);

/** Tells whether handling a record failed because of the record, so that it fails again however often it comes. */
export function blamesRecord(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'AbortError') return false;
  // The system's own codes (ECONNRESET, ENOSPC): a disk or a network.
  const ofSystem = typeof code === 'string' && /^E[A-Z0-9]+$/.test(code);
  return !ofSystem && !NOT_THE_RECORDS.has(code);
}

/** The log and the metrics that tell of a parked record. */
type Told = Pick<Runtime['telemetry'], 'log' | 'meters'>;

/** Returns the reason for which a record that `parkingOf` parks is a dead letter. Quotes nothing of the record. */
export function unprocessable(error: unknown): Failure {
  if (error instanceof Error && 'failure' in error) {
    const known = Failure.safeParse(error.failure);
    if (known.success) return known.data;
  }
  const { code, error: name, cause } = causeOf(error);
  if (code === 'RECORD_DAMAGED') return failure('RECORD_DAMAGED', (error as Error).message);
  const what = [name, code, cause].filter((one) => one !== undefined && one !== 'Error').join(', ');
  return failure('UNPROCESSABLE', `Handling the record fails each time${what === '' ? '' : ` (${what})`}.`);
}

/**
 * Parks a group's records that nobody can handle: each becomes a dead letter with its key, bytes and headers. The log
 * names where it stands and why, and `millrace_parked_records_total` counts it.
 */
export function parkingOf(
  { broker, topics, telemetry }: Pick<Runtime, 'broker' | 'topics'> & { readonly telemetry: Told },
  { group, now = Date.now }: { group: string; now?: () => number },
): Parking {
  return {
    blames: blamesRecord,
    park: (record, error) => {
      const reason = unprocessable(error);
      tellParked(telemetry, record, { group, failure: reason, error });
      const letter = { group, failure: reason, at: now(), maxBytes: broker.maxRecordBytes };
      const parked: Outgoing = { topic: topics.deadLetters, ...unreadable(record, letter) };
      return Promise.resolve([parked]);
    },
  };
}

/** Counts a record that is parked, and says so in the log: where it stands and why, and nothing of what it says. */
export function tellParked(
  { log, meters }: Told,
  { topic, partition, offset }: Incoming,
  options: { group: string; failure: Failure; error: unknown },
): void {
  const { code, ...cause } = causeOf(options.error);
  meters.parked.add(1, { topic, code: options.failure.code });
  const fields = { topic, partition, offset, group: options.group, code: options.failure.code, reason: code, ...cause };
  log.error(fields, 'A record cannot be processed: it goes to the dead letters, and its partition goes on.');
}
