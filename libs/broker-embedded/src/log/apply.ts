import { present } from '@millrace/contracts';
import type { Partition } from './catalog.js';
import type { LogCommit } from './commit.js';
import type { LogReader } from './reader.js';
import { share, type Segment } from './segments.js';

/** The memory that a record in the cache takes besides its bytes, about. */
const RECORD_IN_MEMORY = 400;

/** Takes note of what has been written at `start`. Gives back the partitions that have grown, with their ends. */
export function apply(
  { chunks, takenOver, finished }: LogCommit,
  { start, segment, reader }: { start: number; segment: Segment; reader: LogReader },
): Map<Partition, number> {
  const grown = new Map<Partition, number>();
  for (const { partition, base, at, length, records } of chunks) {
    const last = base + records.length - 1;
    partition.index.set(base, start + at, length);
    partition.end = last + 1;
    partition.count += records.length;
    partition.note(records);
    const time = present(records[0], 'record of the chunk').timestamp;
    share(segment, partition, { first: base, last, bytes: length, time });
    reader.keep(partition, base, { records, bytes: length + records.length * RECORD_IN_MEMORY });
    grown.set(partition, partition.end);
  }
  for (const { partition, base, last, time, entry, at } of takenOver) {
    partition.index.set(base, start + at, entry.length);
    partition.lastRead = undefined;
    share(segment, partition, { first: base, last, bytes: entry.length, time });
  }
  for (const { lease, offsets, mark } of finished) lease.window.finish(offsets, mark);
  return grown;
}
