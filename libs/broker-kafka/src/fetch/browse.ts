import type { Browsed, Incoming } from '@millrace/broker';
import type { KafkaContext } from '../ownership/tenure.js';
import { Fetcher } from './fetcher.js';

const PARTITION_BYTES = 1024 * 1024;

/** Returns committed records of one partition, as `Inspection.browse` says; ends where the committed log ends. */
export async function browse(runtime: KafkaContext, at: Browsed): Promise<readonly Incoming[]> {
  const { topic, partition, limit, maxBytes = Infinity, signal } = at;
  const range = (await runtime.topics.ranges(topic)).find((one) => one.partition === partition);
  const records: Incoming[] = [];
  if (!range || limit <= 0 || signal?.aborted) return records;
  let position = Math.max(at.offset, range.start);
  if (position >= range.end) return records;
  let bytes = 0;
  const isFull = (): boolean => records.length >= limit || bytes >= maxBytes;
  const fetcher = await Fetcher.connect(runtime, [topic]);
  try {
    await new Promise<void>((resolve) => {
      const move = (to: number): void => {
        position = to;
        if (position >= range.end || isFull()) resolve();
      };
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      fetcher.add({
        topic,
        partition,
        fetchBytes: Math.min(maxBytes, PARTITION_BYTES),
        wants: () => (position < range.end && !isFull() ? position : null),
        accept(read, { next, offset }) {
          if (offset !== position) return;
          for (const record of read) {
            if (isFull() || record.offset >= range.end) break;
            if (record.damaged !== undefined) continue;
            records.push(record);
            bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
          }
          move(next);
        },
        outOfRange: (start) => move(Math.max(position, start)),
      });
    });
    return [...records];
  } finally {
    await fetcher.close();
  }
}
