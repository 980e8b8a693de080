import { causeOf, type Incoming, type OrderedSource } from '@millrace/broker';
import {
  Count,
  deadLetterIdOf,
  derivedId,
  failure,
  Failure,
  HEADER,
  headerText,
  isText,
  Name,
  readJson,
  readTime,
  TimeMs,
  UNREADABLE,
} from '@millrace/contracts';
import { blamesRecord, tellParked, unprocessable } from '@millrace/runtime';
import type { DeadLetter } from '@millrace/store';
import { deliveriesOf } from '../webhooks/events.js';
import type { CoordinatorContext } from '../context.js';

/** Keeps in the store, for API and console, the records on `dead-letters` that nobody could read. Parked steps are there already. */
export function unreadSource(
  { store, telemetry, now, webhooks }: Pick<CoordinatorContext, 'store' | 'telemetry' | 'now' | 'webhooks'>,
  options: { topic: string; group: string; maxBatch: number },
): OrderedSource {
  const keep = (deadLetters: readonly DeadLetter[]): Promise<void> =>
    store.writer.keep(deadLetters, deliveriesOf({ runs: [], changes: [], deadLetters }, webhooks));
  return {
    ...options,
    parking: { blames: blamesRecord, park },
    async take({ records }) {
      const letters = records.flatMap((record) => letterOf(record) ?? []);
      if (letters.length > 0) await keep(letters);
      return [];
    },
  };

  /** Were it sent to the dead letters, it would come here again: it is kept without what it says of itself. */
  async function park(record: Incoming, error: unknown): Promise<readonly []> {
    const { topic, partition, offset, timestamp, key, value } = record;
    const reason = unprocessable(error);
    tellParked(telemetry, record, { group: options.group, failure: reason, error });
    const bytes = { key: key?.toString('base64') ?? null, value: value?.toString('base64') ?? null };
    const kept = { topic, partition, offset, timestamp, ...bytes, headers: {} };
    const id = derivedId('dl', ...[topic, partition, offset, timestamp].map(String));
    try {
      await keep([{ ...NOTHING, id, at: now(), failure: reason, record: kept }]);
    } catch (refused) {
      if (!blamesRecord(refused)) throw refused;
      const fields = { topic, partition, offset, ...causeOf(refused) };
      telemetry.log.error(fields, 'A dead letter cannot be kept: it stands in its topic alone.');
    }
    return [];
  }
}

/** The fields of a dead letter whose headers are not believed. */
const NOTHING = {
  status: 'open',
  attempts: 0,
  ...{ run: undefined, pipeline: undefined, step: undefined, stage: undefined, input: undefined },
} as const;

/** Reads a dead letter. A record that somebody else wrote to the topic is left out, or kept as far as it can be read. */
function letterOf(record: Incoming): DeadLetter | undefined {
  const text = (name: string) => headerText(record.headers, name);
  const id = deadLetterIdOf(record.headers);
  // A producer may give its record any time, also one that no calendar has.
  const taken = TimeMs.safeParse(record.timestamp).data ?? Date.now();
  if (id === undefined) return undefined;
  const headers = Object.entries(record.headers).flatMap(([name]) => {
    const value = OURS.has(name) || name.startsWith('__dlq.') || !isText(name) ? undefined : text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    id,
    status: 'open',
    at: timeOf(text(UNREADABLE.failedAt)) ?? taken,
    failure: failureOf(text),
    run: undefined,
    pipeline: Name.safeParse(text(HEADER.pipeline)).data,
    step: undefined,
    stage: undefined,
    attempts: 0,
    ...redrivesOf(text(UNREADABLE.redrives)),
    input: undefined,
    record: {
      topic: text(UNREADABLE.topic) ?? record.topic,
      partition: numberOr(record.partition, text(UNREADABLE.partition)),
      offset: numberOr(record.offset, text(UNREADABLE.offset)),
      timestamp: timeOf(text(UNREADABLE.timestamp)) ?? taken,
      key: record.key?.toString('base64') ?? null,
      value: record.value?.toString('base64') ?? null,
      headers: Object.fromEntries(headers),
    },
  };
}

function failureOf(text: (name: string) => string | undefined): Failure {
  const { data } = Failure.safeParse({
    kind: text(UNREADABLE.failureKind),
    code: text(UNREADABLE.failureCode),
    message: text(UNREADABLE.failureMessage),
    details: jsonOf(text(UNREADABLE.failureDetails)),
  });
  return data ?? failure('INVALID_RECORD', 'The dead letter does not say in our words why it is one.');
}

const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : (readJson(text).value ?? null));

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : readTime(text));

const redrivesOf = (text: string | undefined): { redrives?: number } => {
  const redrives = Count.safeParse(Number(text ?? 0)).data ?? 0;
  return redrives > 0 ? { redrives } : {};
};

const numberOr = (otherwise: number, text: string | undefined): number =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;

const OURS: ReadonlySet<string> = new Set(Object.values(UNREADABLE));
