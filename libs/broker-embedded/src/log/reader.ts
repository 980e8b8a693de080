import { present } from '@millrace/contracts';
import type { Incoming } from '@millrace/broker';
import type { Partition } from './catalog.js';
import { readChunk } from './entries.js';
import type { Segments } from './segments.js';

/** Gives records back: the newest ones from memory as they were handed over, older ones from the disk. */
export class LogReader {
  readonly #kept: { partition: Partition; bytes: number }[] = [];
  #oldest = 0;
  #bytes = 0;

  constructor(
    readonly segments: Segments,
    readonly cacheBytes: number,
  ) {}

  /** The chunk has just been written. */
  keep(partition: Partition, base: number, { records, bytes }: { records: readonly Incoming[]; bytes: number }): void {
    partition.recent.push({ base, records });
    this.#kept.push({ partition, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.cacheBytes) {
      const oldest = present(this.#kept[this.#oldest++], 'chunk in the cache');
      oldest.partition.recent.shift();
      this.#bytes -= oldest.bytes;
    }
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#kept.length) {
      this.#kept.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }

  /** The records of one chunk, of which those from position `at` on have that offset or a higher one; undefined where none has. */
  read(partition: Partition, offset: number): { records: readonly Incoming[]; at: number } | undefined {
    // What was removed from the log may still be in memory.
    const from = Math.max(offset, partition.start);
    if (from >= partition.end) return undefined;
    const recent = partition.recent;
    if (recent[0] !== undefined && from >= recent[0].base) {
      const { base, records } = present(recent[chunkOf(recent, from)], 'chunk in the cache');
      if (from - base < records.length) return { records, at: from - base };
    }
    const { index } = partition;
    for (let position = index.find(from); position < index.size; position++) {
      const records = this.#chunk(partition, index.addressAt(position), index.lengthAt(position));
      const at = positionOf(records, from);
      if (at < records.length) return { records, at };
    }
    return undefined;
  }

  #chunk(partition: Partition, address: number, length: number): readonly Incoming[] {
    if (partition.lastRead?.address === address) return partition.lastRead.records;
    const records = readChunk(this.segments.read(address, length), 0, partition.topic.name);
    partition.lastRead = { address, records };
    return records;
  }
}

/** The last chunk that begins at or below the offset. */
function chunkOf(chunks: readonly { base: number }[], offset: number): number {
  let low = 0;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (present(chunks[middle], 'chunk in the cache').base <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function positionOf(records: readonly Incoming[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (present(records[middle], 'record of the chunk').offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
