import type { Incoming, Inspection, PartitionRange } from '@millrace/broker';
import { timeoutSignal } from '@millrace/contracts/timers';
import type { RecordList } from '@millrace/contracts/http';
import { type Order, PartitionReader, weightOf } from './partition-reader.js';

/** The bounds of what one answer looks at. */
export interface SearchBounds {
  readonly records: number;
  readonly bytes: number;
  readonly ms: number;
  /** The bytes of the records that were found. */
  readonly foundBytes: number;
}

export const SEARCH_BOUNDS: SearchBounds = {
  records: 20_000,
  bytes: 32 * 1024 * 1024,
  ms: 3_000,
  foundBytes: 8 * 1024 * 1024,
};

/** Partitions that are read at the same time. */
const AT_ONCE = 8;

/** The offset from which each partition is read, by its number. */
export type Positions = ReadonlyMap<number, number>;

interface Search {
  readonly broker: Pick<Inspection, 'browse'>;
  readonly ranges: readonly PartitionRange[];
  readonly positions: Positions;
  readonly order: Order;
  readonly limit: number;
  readonly fits: (record: Incoming) => boolean;
  readonly bounds: SearchBounds;
  /** The one who asked is gone. */
  readonly gone: AbortSignal;
}

interface Found extends Pick<RecordList, 'looked' | 'ended'> {
  readonly records: readonly Incoming[];
  /** The positions from which to go on; undefined where all partitions are read. */
  readonly next: Positions | undefined;
}

/** Reads partitions side by side by the times of their records, and ends at the first of its bounds. */
export async function searchRecords(search: Search): Promise<Found> {
  const { broker, ranges, positions, order, limit, fits, bounds, gone } = search;
  const late = timeoutSignal(bounds.ms);
  const signal = AbortSignal.any([gone, late]);
  const readers = ranges.map((range) => {
    const position = positions.get(range.partition) ?? (order === 'oldest' ? range.start : range.end);
    return new PartitionReader({ broker, range, position, order, signal });
  });
  const records: Incoming[] = [];
  const looked = { records: 0, bytes: 0 };
  let foundBytes = 0;
  const ended = async (): Promise<Found['ended']> => {
    for (;;) {
      if (records.length >= limit) return 'limit';
      if (looked.records >= bounds.records) return 'records';
      if (looked.bytes >= bounds.bytes || foundBytes >= bounds.foundBytes) return 'bytes';
      await fill(readers);
      if (signal.aborted) return 'time';
      const reader = firstOf(readers, order);
      const record = reader?.peek();
      if (!reader || !record) return 'end';
      reader.take();
      looked.records++;
      looked.bytes += weightOf(record);
      if (!fits(record)) continue;
      records.push(record);
      foundBytes += weightOf(record);
    }
  };
  const reason = await ended();
  const isOver = readers.every((reader) => reader.isOver);
  const next = isOver ? undefined : new Map(readers.map((reader) => [reader.partition, reader.next]));
  return { records, looked, ended: isOver ? 'end' : reason, next };
}

/** Has every reader a record to take, where there is one. */
async function fill(readers: readonly PartitionReader[]): Promise<void> {
  const empty = readers.filter((reader) => !reader.peek() && !reader.isOver);
  for (let at = 0; at < empty.length; at += AT_ONCE)
    await Promise.all(empty.slice(at, at + AT_ONCE).map((reader) => reader.fill()));
}

/** Returns the reader whose next record is the newest, or the oldest. */
function firstOf(readers: readonly PartitionReader[], order: Order): PartitionReader | undefined {
  const sign = order === 'oldest' ? 1 : -1;
  let first: PartitionReader | undefined;
  for (const reader of readers) {
    const [time, least] = [reader.peek()?.timestamp, first?.peek()?.timestamp];
    if (time !== undefined && (least === undefined || (time - least) * sign < 0)) first = reader;
  }
  return first;
}
