import { type Batch, type Incoming, type OrderedSource, type Outgoing, sizeOf } from '@millrace/broker';
import { type Failure, intakeRecord, unreadable } from '@millrace/contracts';
import { type CollectedRecord, type LoadedTrigger, TOO_LARGE, triggered } from '@millrace/pipeline/engine';
import { parkingOf } from '@millrace/runtime';
import { lightRequest } from '../blobs/light-request.js';
import type { CoordinatorContext } from '../context.js';

export interface Triggering {
  /** `<pipeline>/<name>/<topic>`. */
  readonly id: string;
  readonly pipeline: string;
  readonly trigger: LoadedTrigger;
}

/**
 * Asks for a run for each record of the topic that is wanted, in one commit with having taken the record: the run's id follows from the record's
 * place. Where records are collected, they go to the store until they are a run.
 */
export function triggerSource(
  context: Pick<CoordinatorContext, 'blobs' | 'broker' | 'topics' | 'store' | 'telemetry' | 'now' | 'wakeBy'>,
  options: Triggering & { group: string; maxBatch: number },
): OrderedSource {
  const { broker, topics, store } = context;
  const { trigger, pipeline, group } = options;

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = context.now();
    const answers: Outgoing[] = [];
    const collected: (CollectedRecord & { offset: number })[] = [];
    const park = (record: Incoming, failure: Failure) => {
      const letter = unreadable(record, { group, failure, at, maxBytes: broker.maxRecordBytes });
      answers.push({ topic: topics.deadLetters, ...letter });
    };
    for (const record of batch.records) {
      const found = triggered(record, { id: options.id, trigger, at, maxRecordBytes: broker.maxRecordBytes });
      if (found === undefined) continue;
      if ('failure' in found) park(record, found.failure);
      else if ('collected' in found) collected.push({ ...found.collected, offset: record.offset });
      else {
        const source = `/millrace/triggers/${pipeline}/${trigger.name}`;
        const request = intakeRecord(topics, { pipeline, ...found.run, source, at });
        const asked = await lightRequest(request, context.blobs);
        if (sizeOf(asked) <= broker.maxRecordBytes) answers.push(asked);
        else park(record, TOO_LARGE);
      }
    }
    if (collected.length > 0) {
      await store.starts.collect({ topic: group, partition: batch.partition, next: batch.next, now: at }, collected);
      context.wakeBy(at);
    }
    return answers;
  }

  const opened = openedAt(context, {
    id: options.id,
    group,
    topic: trigger.topic,
    fromStart: trigger.from === 'start',
  });
  const parking = parkingOf(context, { group, now: context.now });
  return { topic: trigger.topic, group, maxBatch: options.maxBatch, take, opened, parking };
}

/** Returns where a partition begins of which nothing was taken yet: the position it had when the trigger was deployed. */
export const openedAt =
  (
    { broker, store }: Pick<CoordinatorContext, 'broker' | 'store'>,
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
