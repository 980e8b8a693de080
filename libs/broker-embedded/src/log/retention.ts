import { setImmediate as turn } from 'node:timers/promises';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { type Catalog, keyText, type Partition } from './catalog.js';
import type { TakenOver, Write } from './commit.js';
import { CHUNK_HEADER, ENTRY, entriesOf, readChunk, readChunkHead, recordSpans, writeChunkHead } from './entries.js';
import { FRAME_HEADER, frameAt } from './frame.js';
import { forget } from './recovery.js';
import type { Segment, Segments, Share } from './segments.js';
import type { LogSettings } from '../settings.js';

const EVERY_MS = 60_000;
/** The number of bytes read at once, so that other partitions get their turn in between. */
const PIECE = 1024 * 1024;
/** A segment is worth rewriting when at most this part of it is still needed. */
const WORTHWHILE = 0.5;

/** The part of a log that retention needs. */
interface SweptLog {
  readonly settings: LogSettings;
  readonly catalog: Catalog;
  commit(write: Omit<Write, 'durable' | 'refused'>): Promise<void>;
}

/**
 * Lets old segments go: those beyond the time or the size to keep, of which every group is past most records. What is
 * still needed of one, such as the newest record of each key of a compacted topic, is written anew at the end of the log first.
 */
export class Retention {
  readonly #timer: Timer;
  #sweeping: Promise<void> | undefined;
  #stopped = false;
  #woken = false;

  constructor(
    readonly log: SweptLog,
    readonly segments: Segments,
  ) {
    this.#timer = startInterval(EVERY_MS, () => this.wake()).unref();
  }

  /** Looks for what may go, in the background. */
  wake(): void {
    if (this.#stopped) return;
    this.#woken = true;
    this.#sweeping ??= turn()
      .then(() => this.#sweep())
      .catch((error: unknown) => {
        this.log.settings.log?.warn({ err: error }, 'old records could not be removed; it is tried again later');
      })
      .finally(() => (this.#sweeping = undefined));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer.stop();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { keepBytes, keepMs } = this.log.settings;
    while (this.#woken) {
      this.#woken = false;
      for (const segment of this.segments.all.slice(0, -1)) {
        if (this.#stopped) return;
        const beyond = this.segments.bytes > keepBytes || segment.newest < Date.now() - keepMs;
        if (beyond && this.#needed(segment) <= WORTHWHILE * segment.length) await this.#clear(segment);
      }
    }
  }

  /** About how many bytes of the segment are needed. */
  #needed(segment: Segment): number {
    let bytes = 0;
    for (const [partition, share] of segment.shares) bytes += share.bytes * neededPart(partition, share);
    return bytes;
  }

  async #clear(segment: Segment): Promise<void> {
    let at = 0;
    while (at < segment.length) {
      if (this.#stopped) return;
      const { bytes, end } = this.#piece(segment, at);
      const kept = this.#keptOf(bytes);
      if (kept.length > 0) await this.log.commit({ takenOver: kept });
      at = end;
      await turn();
    }
    await this.log.commit({ facts: { dropped: segment.start }, written: () => (segment.dropped = true) });
    forget(this.log.catalog, segment);
    this.segments.remove(segment);
  }

  /** Whole frames from `at` on. */
  #piece(segment: Segment, at: number): { bytes: Buffer; end: number } {
    const head = this.segments.read(segment.start + at, FRAME_HEADER);
    const first = FRAME_HEADER + head.readUInt32LE(4);
    const bytes = this.segments.read(segment.start + at, Math.min(segment.length - at, Math.max(first, PIECE)));
    let end = 0;
    for (let frame; (frame = frameAt(bytes, end, segment.start + at + end));) end += frame.length;
    if (end === 0) throw new Error(`The frame at ${segment.start + at} cannot be read.`);
    return { bytes: bytes.subarray(0, end), end: at + end };
  }

  #keptOf(bytes: Buffer): TakenOver[] {
    const kept: TakenOver[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + FRAME_HEADER + bytes.readUInt32LE(at + 4);
      for (const entry of entriesOf(bytes, at + FRAME_HEADER, end)) {
        if (entry.kind !== ENTRY.chunk) continue;
        const chunk = this.#takeOver(bytes, entry.at);
        if (chunk) kept.push(chunk);
      }
      at = end;
    }
    return kept;
  }

  #takeOver(bytes: Buffer, at: number): TakenOver | undefined {
    const head = readChunkHead(bytes, at);
    const partition = this.log.catalog.topicOf(head.topic).partition(head.partition);
    const isNeeded = neededIn(partition, Date.now() - this.log.settings.keepMs);
    const records = readChunk(bytes, at, partition.topic.name);
    const needed = records.map(isNeeded);
    const last = records.findLast((_, n) => needed[n])?.offset;
    const spans = recordSpans(bytes, at).filter((_, n) => needed[n]);
    partition.count -= records.length - spans.length;
    if (last === undefined) return undefined;
    const entry = Buffer.concat([
      Buffer.alloc(CHUNK_HEADER),
      ...spans.map(({ start, end }) => bytes.subarray(start, end)),
    ]);
    writeChunkHead(entry, 0, { ...head, count: spans.length, takenOver: true, length: entry.length });
    return { partition, base: head.base, last, time: head.time, entry };
  }
}

/** The lowest offset that a group has yet to finish; without groups, none. */
function lowestMark(partition: Partition): number {
  const marks = partition.topic.subscriptions.map((subscription) => subscription.progressIn(partition.id).mark);
  return Math.min(partition.end, ...marks);
}

function neededPart(partition: Partition, { first, last }: Share): number {
  const ofGroups = Math.min(1, Math.max(0, (last + 1 - lowestMark(partition)) / (last + 1 - first)));
  if (!partition.newest) return ofGroups;
  return Math.max(ofGroups, Math.min(1, partition.newest.size / Math.max(1, partition.count)));
}

function neededIn(
  partition: Partition,
  since: number,
): (record: { key: Buffer | null; value: Buffer | null; offset: number; timestamp: number }) => boolean {
  const mark = lowestMark(partition);
  const { newest } = partition;
  return ({ key, value, offset, timestamp }) => {
    if (offset >= mark) return true;
    if (newest?.get(keyText(key)) !== offset) return false;
    // That a key was deleted is worth knowing for a while.
    return value !== null || timestamp >= since;
  };
}
