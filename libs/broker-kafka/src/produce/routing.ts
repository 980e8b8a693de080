import { present } from '@millrace/contracts';
import { BrokerError, type Outgoing, pack, refuseTooLarge, partitionFor, sizeAtMost, sizeOf } from '@millrace/broker';
import type { TopicMetadata } from '../topics.js';

/** Records by topic and partition, in the order given. */
export type Routed = Map<string, Map<number, Outgoing[]>>;

/** Finds each record's partition, after packing those that are to be packed. @throws {BrokerError} `UNKNOWN_TOPIC` */
export async function route(records: readonly Outgoing[], topics: TopicMetadata): Promise<Routed> {
  let last = '';
  for (const { topic } of records) {
    if (topic !== last && topics.known(topic) === undefined) await topics.partitionsOf(topic);
    last = topic;
  }
  const partitionsOf = (topic: string): number => present(topics.known(topic), 'number of partitions of the topic');
  const routed: Routed = new Map();
  for (const record of pack(records, partitionsOf)) {
    let partitions = routed.get(record.topic);
    if (!partitions) routed.set(record.topic, (partitions = new Map()));
    const partition = partitionOf(record, partitionsOf(record.topic), partitions);
    const already = partitions.get(partition);
    if (already) already.push(record);
    else partitions.set(partition, [record]);
  }
  return routed;
}

/** Returns the reason for which an answer cannot be committed, before it can hold up others. A promise while a topic has to be looked up. */
export function unsendable(
  answer: readonly Outgoing[],
  { topics, maxRecordBytes }: { readonly topics: TopicMetadata; readonly maxRecordBytes: number },
): Error | Promise<unknown> | undefined {
  for (const { topic, partition, value } of answer) {
    const count = topics.known(topic);
    if (count === undefined) return topics.partitionsOf(topic);
    if (partition !== undefined && !(partition >= 0 && partition < count)) {
      return new BrokerError('UNKNOWN_TOPIC', `${topic} has ${count} partitions and no partition ${partition}.`);
    }
    // Three bytes a character at most, so small values need no counting.
    if (value !== null && value.length * 3 > maxRecordBytes / 2) {
      try {
        refuseTooLarge(answer, maxRecordBytes);
      } catch (error) {
        return error as Error;
      }
    }
  }
  return undefined;
}

/** Records without a key may go anywhere: those of one commit go to one partition, another one each time. */
let turn = 0;

function partitionOf({ partition, key }: Outgoing, count: number, taken: ReadonlyMap<number, unknown>): number {
  if (partition !== undefined) return partition;
  if (key !== null) return partitionFor(key, count);
  if (taken.size > 0) return taken.keys().next().value as number;
  return turn++ % count;
}

/** Bytes of one batch: a broker refuses batches, not only records, above its `message.max.bytes`. */
const RECORD_OVERHEAD = 40;

/**
 * Cuts what goes to each partition into batches that the broker takes. Each round has at most one batch a partition, and
 * the next one is sent after it, so a partition's records keep their order.
 */
export function rounds(
  routed: Routed,
  maxBatchBytes: number,
): { topic: string; partition: number; records: Outgoing[] }[][] {
  const made: { topic: string; partition: number; records: Outgoing[] }[][] = [];
  for (const [topic, partitions] of routed) {
    for (const [partition, records] of partitions) {
      cut(records, maxBatchBytes).forEach((part, round) =>
        (made[round] ??= []).push({ topic, partition, records: part }),
      );
    }
  }
  return made;
}

function cut(records: Outgoing[], maxBytes: number): Outgoing[][] {
  let most = 0;
  for (const record of records) most += sizeAtMost(record) + RECORD_OVERHEAD;
  if (most <= maxBytes) return [records];
  const parts: Outgoing[][] = [];
  let from = 0;
  let size = 0;
  for (const [i, record] of records.entries()) {
    const next = sizeOf(record) + RECORD_OVERHEAD;
    if (i > from && size + next > maxBytes) {
      parts.push(records.slice(from, i));
      from = i;
      size = 0;
    }
    size += next;
  }
  parts.push(from === 0 ? records : records.slice(from));
  return parts;
}
