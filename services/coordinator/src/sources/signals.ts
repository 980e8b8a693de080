import type { Batch, Incoming, OrderedSource, Outgoing } from '@millrace/broker';
import { eventRecord, type RunEvent, type TakenRecord, unreadable } from '@millrace/contracts';
import { type LoadedSource, signalIn, UNWANTED } from '@millrace/pipeline/engine';
import { heardSignals } from '@millrace/saga';
import type { RunChange, SignalChanges, SignalRecord } from '@millrace/store';
import { parkingOf } from '@millrace/runtime';
import type { CoordinatorContext } from '../context.js';

type Needs = Pick<CoordinatorContext, 'broker' | 'topics' | 'store'>;

/** The number that is read at once. */
const BATCH = 200;
/** After this time a record that was published and is not known to have arrived is published again. */
const SNOOZE_MS = 15_000;

/** Takes the records of a topic that may be signals to the store, which brings them together with who waits. `sources` may grow. */
export function signalSource(
  { broker, topics, store, telemetry, now, wakeBy }: Needs & Pick<CoordinatorContext, 'telemetry' | 'now' | 'wakeBy'>,
  options: {
    topic: string;
    group: string;
    maxBatch: number;
    sources: ReadonlyMap<string, LoadedSource>;
    opened: OrderedSource['opened'];
  },
): OrderedSource {
  const { topic, group, maxBatch, sources, opened } = options;

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = now();
    const answers: Outgoing[] = [];
    const signals: SignalRecord[] = [];
    for (const record of batch.records) {
      const found = signalIn(record, [...sources.values()]);
      if (found === undefined) continue;
      if ('keys' in found) {
        const { id, keys, keepMs } = found;
        signals.push({ offset: record.offset, id, keys, record: packed(record), expiresAt: at + keepMs });
      } else {
        const letter = unreadable(record, { group, failure: found, at, maxBytes: broker.maxRecordBytes });
        answers.push({ topic: topics.deadLetters, ...letter });
      }
    }
    if (signals.length > 0) {
      await store.signals.take({ topic: group, partition: batch.partition, next: batch.next, now: at }, signals);
      wakeBy(at);
    }
    return answers;
  }

  const parking = parkingOf({ broker, topics, telemetry }, { group, now });
  return { topic, group, maxBatch, take, opened, parking };
}

/** Returns the changes that a batch of runs makes to signals; undefined where there are none. */
export function signalChanges(
  events: readonly RunEvent[],
  changes: readonly RunChange[],
  at: number,
): SignalChanges | undefined {
  const awaited = changes.flatMap(({ waits }) => waits.flatMap(({ correlation }) => correlation ?? []));
  const heard = heardSignals(
    events,
    changes.flatMap(({ facts }) => facts),
  );
  return awaited.length + heard.taken.length + heard.returned.length === 0 ? undefined : { awaited, ...heard, at };
}

/** Tells runs of their signals, and ends those that nobody has waited for. True where there is more. */
export async function tellSignals({ store, broker, topics }: Needs, at: number): Promise<boolean> {
  const options = { at, until: at + SNOOZE_MS, limit: BATCH };
  const told = await store.signals.toTell(options);
  if (told.length > 0) {
    await broker.publish(
      told.map(({ id, run, step, payload }) => {
        const event: RunEvent = { type: 'step.signalled', run, step, at, id, payload, correlated: true };
        return eventRecord(topics, event);
      }),
    );
  }
  const expired = await store.signals.expired(options);
  if (expired.length > 0) {
    await broker.publish(
      expired.map(({ record }) => letterOf(record, { topics, at, maxBytes: broker.maxRecordBytes })),
    );
    await store.signals.forget(expired.map(({ id }) => id));
  }
  return told.length === BATCH || expired.length === BATCH;
}

function letterOf(
  kept: unknown,
  options: { topics: CoordinatorContext['topics']; at: number; maxBytes: number },
): Outgoing {
  const record = unpacked(kept as Packed);
  const letter = unreadable(record, {
    group: 'signals',
    failure: UNWANTED,
    at: options.at,
    maxBytes: options.maxBytes,
  });
  return { topic: options.topics.deadLetters, ...letter };
}

/** A record as JSON, in base64. */
interface Packed extends Pick<TakenRecord, 'topic' | 'partition' | 'offset' | 'timestamp'> {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64');

function packed({ topic, partition, offset, timestamp, key, value, headers }: Incoming): Packed {
  const all = Object.entries(headers).flatMap(([name, given]) =>
    given === undefined ? [] : [[name, (Array.isArray(given) ? given : [given]).map(base64)] as const],
  );
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: key && base64(key),
    value: value && base64(value),
    headers: Object.fromEntries(all),
  };
}

function unpacked({ key, value, headers, ...place }: Packed): TakenRecord {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return {
    ...place,
    key: key === null ? null : bytes(key),
    value: value === null ? null : bytes(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, given]) => [name, given.map(bytes)])),
  };
}
