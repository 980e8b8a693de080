import { type Batch, type Incoming, type OrderedSource, type Outgoing, sizeOf } from '@millrace/broker';
import { failure, type Failure, headerText, unreadable } from '@millrace/contracts';
import type { LoadedTrigger } from '@millrace/pipeline';
import type { GatheredRecord } from '@millrace/store';
import type { Context } from './context.js';
import { intakeRecord } from './intake-record.js';

export interface Triggering {
  /** `<pipeline>/<name>/<topic>`. */
  readonly id: string;
  readonly pipeline: string;
  readonly trigger: LoadedTrigger;
}

/** What of a record a trigger reads; a failure where its value is not JSON. */
export function readTopicRecord({
  key,
  value,
  headers,
  topic,
  partition,
  offset,
  timestamp,
}: Incoming): object | Failure {
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

const isFailure = (read: object): read is Failure => 'code' in read && 'kind' in read;

/**
 * Asks for a run for each record of the topic that is wanted, in one commit with having taken the record: the run's id follows from the record's
 * place. Where records are gathered, they go to the store until they are a run.
 */
export function triggerSource(
  context: Pick<Context, 'broker' | 'topics' | 'store' | 'now' | 'wakeBy'>,
  of: Triggering & { group: string; maxBatch: number },
): OrderedSource {
  const { broker, topics, store } = context;
  const { trigger, pipeline, group } = of;

  const tooLarge = failure('RECORD_TOO_LARGE', 'What the trigger makes of the record is too large for a record.');

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = context.now();
    const answers: Outgoing[] = [];
    const gathered: (GatheredRecord & { offset: number })[] = [];
    for (const record of batch.records) {
      const found = taken(record, at);
      if (found === undefined) continue;
      if ('topic' in found) answers.push(found);
      else if ('kind' in found) {
        const letter = unreadable(record, { group, failure: found, at, maxBytes: broker.maxRecordBytes });
        answers.push({ topic: topics.deadLetters, ...letter });
      } else gathered.push({ ...found, offset: record.offset });
    }
    if (gathered.length > 0) {
      await store.starts.gather({ topic: group, partition: batch.partition, next: batch.next, now: at }, gathered);
      context.wakeBy(at);
    }
    return answers;
  }

  /** What becomes of a record: what asks for a run, what waits for others, why it can be neither, or nothing. */
  function taken(record: Incoming, at: number): Outgoing | GatheredRecord | Failure | undefined {
    const read = readTopicRecord(record);
    const wanted = isFailure(read) ? read : trigger.wants(read);
    if (wanted === false) return undefined;
    if (wanted !== true) return wanted;
    if (trigger.gather) {
      const waits = gatheredOf(read, record, at);
      return waits.bytes <= waits.maxBytes ? waits : tooLarge;
    }
    const source = `/millrace/triggers/${pipeline}/${trigger.name}`;
    const asked = intakeRecord(topics, {
      pipeline,
      key: placeOf(record),
      input: trigger.inputOf({ record: read }),
      source,
      at,
    });
    return sizeOf(asked) <= broker.maxRecordBytes ? asked : tooLarge;
  }

  /** The timestamp tells a topic from one that was made anew under its name. */
  const placeOf = ({ topic, partition, offset, timestamp }: Incoming): string =>
    `${trigger.name}/${topic}/${partition}/${offset}/${timestamp}`;

  function gatheredOf(read: object, record: Incoming, at: number): GatheredRecord {
    const gather = trigger.gather!;
    const kept = gather.by === 'batch' ? trigger.itemOf(read) : read;
    return {
      trigger: of.id,
      key: trigger.keyOf(read),
      record: kept ?? null,
      bytes: Buffer.byteLength(JSON.stringify(kept ?? null)),
      place: placeOf(record),
      max: gather.by === 'batch' ? gather.max : Infinity,
      // Half of what a record may hold: the input is made of them, and the run's command of the input.
      maxBytes: broker.maxRecordBytes / 2,
      dueAt: at + (gather.by === 'batch' ? gather.withinMs : gather.quietMs),
      latestMs: gather.withinMs,
      replaces: gather.by === 'debounce',
    };
  }

  const opened = openedAt(context, { id: of.id, group, topic: trigger.topic, fromStart: trigger.from === 'start' });
  return { topic: trigger.topic, group, maxBatch: of.maxBatch, take, opened };
}

/** Where a partition of which nothing was taken yet begins: where it stood when the trigger was deployed. */
export const openedAt =
  (
    { broker, store }: Pick<Context, 'broker' | 'store'>,
    { id, group, topic, fromStart = false }: { id: string; group: string; topic: string; fromStart?: boolean },
  ): NonNullable<OrderedSource['opened']> =>
  async ({ partition, committed }) => {
    const end = (await broker.lag(group, topic)).find((one) => one.partition === partition)?.end ?? 0;
    const position = await store.writer.position(group, partition);
    // The topic is a new one under the old name.
    if (position && position.next > end) await store.writer.forget(group, partition);
    if (committed !== null || fromStart) return undefined;
    const next = (await store.starts.trigger(id))?.starts[String(partition)] ?? 0;
    return next > 0 && next <= end ? { next, records: [] } : undefined;
  };
