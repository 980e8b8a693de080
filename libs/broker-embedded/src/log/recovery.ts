import fs from 'node:fs';
import { present } from '@millrace/contracts';
import type { Catalog, CatalogFacts } from './catalog.js';
import { damaged } from '../errors.js';
import { ENTRY, entriesOf, readChunk, readChunkHead, readFinished } from './entries.js';
import { FRAME_HEADER, frameAt, wasDurable } from './frame.js';
import { advance } from '../consuming/progress.js';
import { share, type Segment, type Segments } from './segments.js';

/**
 * Reads the log into the catalog. The torn end that a crash leaves is cut off: nothing of it was acknowledged.
 * @throws {BrokerError} `LOG_DAMAGED` when something is missing or unreadable that had been on the disk
 */
export function recover(segments: Segments, catalog: Catalog): void {
  /** Segments that must be there, with their lengths. */
  const expected = new Map<number, number>();
  const dropped = new Set<number>();
  const known = segments.known;
  // One buffer for all files: nothing of it is kept.
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, ...segments.all.map(({ length }) => length)));
  for (const segment of [...segments.all]) {
    const bytes = buffer.subarray(0, fs.readSync(segment.fd, buffer, 0, segment.length, 0));
    let at = 0;
    for (let frame; (frame = frameAt(bytes, at, segment.start + at)); at += frame.length) {
      for (const entry of entriesOf(bytes, at + FRAME_HEADER, at + frame.length)) {
        if (entry.kind === ENTRY.chunk) {
          applyChunk(catalog, segment, { bytes, at: entry.at, length: entry.length });
        } else if (entry.kind === ENTRY.finished) {
          const { subscription, partition, mark, offsets } = readFinished(bytes, entry.at);
          advance(
            present(catalog.subscriptions[subscription], 'group of the frame').progressIn(partition),
            mark,
            offsets,
          );
        } else if (entry.kind === ENTRY.facts) {
          applyFacts(bytes.toString('utf8', entry.at + 8, entry.at + entry.length), { catalog, expected, dropped });
        } else {
          throw damaged(segment.file, `holds something at byte ${entry.at} that this version does not know`);
        }
      }
    }
    if (at < bytes.length || at === 0) cutOff(segments, segment, { bytes, at, known });
  }
  if (segments.end < known) throw damaged(segments.dir, `ends at ${segments.end} and had reached ${known}`);
  for (const [start, length] of expected) {
    const segment = segments.all.find((one) => one.start === start);
    if (!segment) throw damaged(segments.dir, `has lost the file of its segment ${start}`);
    if (segment.length !== length) throw damaged(segment.file, `has ${segment.length} bytes instead of ${length}`);
  }
  for (const segment of [...segments.all]) {
    if (!dropped.has(segment.start)) continue;
    forget(catalog, segment);
    segments.remove(segment);
  }
  if (segments.all.length > 0) fs.fdatasyncSync(segments.active.fd);
  for (const topic of catalog.topics) for (const partition of topic.partitions) partition.durable = partition.end;
}

/** The segment's chunks are not to be read any more. */
export function forget(catalog: Catalog, segment: Segment): void {
  for (const topic of catalog.topics) {
    for (const partition of topic.partitions) {
      partition.index.removeBetween(segment.start, segment.start + segment.length);
      partition.lastRead = undefined;
    }
  }
}

function applyChunk(
  catalog: Catalog,
  segment: Segment,
  { bytes, at, length }: { bytes: Buffer; at: number; length: number },
): void {
  const head = readChunkHead(bytes, at);
  const partition = catalog.topicOf(head.topic).partition(head.partition);
  let last = head.base + head.count - 1;
  if (head.takenOver || partition.newest) {
    const records = readChunk(bytes, at, partition.topic.name);
    partition.note(records);
    last = present(records.at(-1), 'record of the chunk').offset;
  }
  partition.end = Math.max(partition.end, last + 1);
  partition.count += head.count;
  partition.index.set(head.base, segment.start + at, length);
  share(segment, partition, { first: head.base, last, bytes: length, time: head.time });
}

function applyFacts(
  json: string,
  into: { catalog: Catalog; expected: Map<number, number>; dropped: Set<number> },
): void {
  const facts = JSON.parse(json) as CatalogFacts;
  if (facts.topic) into.catalog.addTopic(facts.topic);
  if (facts.subscription) into.catalog.addSubscription(facts.subscription);
  if (facts.dropped !== undefined) {
    into.expected.delete(facts.dropped);
    into.dropped.add(facts.dropped);
  }
  if (facts.snapshot) {
    into.catalog.restore(facts.snapshot);
    into.expected.clear();
    for (const [start, length] of facts.snapshot.segments) into.expected.set(start, length);
  }
}

function cutOff(
  segments: Segments,
  segment: Segment,
  { bytes, at, known }: { bytes: Buffer; at: number; known: number },
): void {
  const torn = segment === segments.active && segment.start + at >= known && !wasDurable(bytes, at, segment.start);
  if (!torn) {
    throw damaged(segment.file, `cannot be read from byte ${at} on`);
  }
  if (at > 0) segments.truncate(at);
  else segments.remove(segment);
}
