import { pack, type Incoming, type Outgoing } from '@millrace/broker';
import type { Catalog, CatalogFacts, Partition, Subscription } from './catalog.js';
import { bytesOfFinished, bytesOfRecord, CHUNK_HEADER, factsEntry, writeChunk, writeFinished } from './entries.js';
import { FRAME_HEADER } from './frame.js';
import type { OffsetWindow } from '../consuming/progress.js';

/** One partition in one owner's hands. When it has ended, nothing more is committed in its name. */
export interface Lease {
  readonly subscription: Subscription;
  readonly partition: Partition;
  readonly window: OffsetWindow;
  readonly ended: boolean;
}

/** The rest of a chunk, written anew so that its segment may be deleted. */
export interface TakenOver {
  readonly partition: Partition;
  readonly base: number;
  readonly last: number;
  readonly time: number;
  readonly entry: Buffer;
}

/** A set of changes that is in the log whole or not at all. Several go into one commit. */
export interface Write {
  readonly records?: readonly Outgoing[];
  readonly finish?: { readonly lease: Lease; readonly offsets: readonly number[] };
  readonly facts?: CatalogFacts;
  readonly takenOver?: readonly TakenOver[];
  /** Visible to consumers; survives the end of the process. */
  readonly written?: () => void;
  /** Survives the end of the machine. */
  readonly durable?: () => void;
  /** It is not in the log. */
  readonly refused: (error: Error) => void;
}

/** Chunks are closed at about so many bytes, so that reading a few records back stays cheap. */
const CHUNK_BYTES = 256 * 1024;

export interface Chunk {
  readonly partition: Partition;
  readonly base: number;
  /** The offset in the frame. */
  readonly at: number;
  readonly length: number;
  readonly records: readonly Incoming[];
}

/** A frame that is ready but for its head, and what holds once it is written. */
export interface LogCommit {
  readonly frame: Buffer;
  readonly chunks: readonly Chunk[];
  readonly takenOver: readonly (TakenOver & { readonly at: number })[];
  readonly finished: readonly { lease: Lease; offsets: ReadonlySet<number>; mark: number }[];
}

/** Lays out one commit. Changes nothing: where writing fails, it never was. `spread` picks the partition of records without a key. */
export function compose(
  writes: readonly Write[],
  catalog: Catalog,
  at: { now: number; spread: number; packBytes: number },
): LogCommit {
  const drafts = draftChunks(writes, catalog, at);
  const finished = finishes(writes);
  const facts = writes.flatMap((write) => (write.facts ? [factsEntry(write.facts)] : []));
  const taken = writes.flatMap((write) => write.takenOver ?? []);
  let size = FRAME_HEADER;
  for (const { bytes } of drafts) size += bytes;
  for (const { offsets } of finished) size += bytesOfFinished(offsets.size);
  for (const entry of facts) size += entry.length;
  for (const { entry } of taken) size += entry.length;
  const frame = Buffer.allocUnsafe(size);
  let next = FRAME_HEADER;
  for (const entry of facts) next += entry.copy(frame, next);
  const takenOver = taken.map((one) => {
    const start = next;
    next += one.entry.copy(frame, next);
    return { ...one, at: start };
  });
  const chunks = drafts.map(({ partition, base, records }): Chunk => {
    const into: Incoming[] = [];
    const start = next;
    const { topic } = partition;
    const head = {
      topic: topic.id,
      partition: partition.id,
      base,
      time: at.now,
      count: records.length,
      takenOver: false,
    };
    next = writeChunk({ bytes: frame, at: start, topic: topic.name }, head, { records, into });
    return { partition, base, at: start, length: next - start, records: into };
  });
  for (const { lease, offsets, mark } of finished) {
    next = writeFinished(frame, next, {
      subscription: lease.subscription.id,
      partition: lease.partition.id,
      mark,
      offsets: [...offsets].filter((offset) => offset >= mark),
    });
  }
  return { frame: frame.subarray(0, next), chunks, takenOver, finished };
}

interface Draft {
  readonly partition: Partition;
  readonly base: number;
  readonly records: Outgoing[];
  bytes: number;
}

function draftChunks(
  writes: readonly Write[],
  catalog: Catalog,
  { spread, packBytes }: { spread: number; packBytes: number },
): Draft[] {
  const records = writes.flatMap((write) => write.records ?? []);
  const open = new Map<Partition, Draft>();
  const drafts: Draft[] = [];
  for (const record of pack(records, (topic) => catalog.topic(topic).partitions.length, packBytes)) {
    const partition = catalog.topic(record.topic).partitionFor(record, spread);
    const bytes = bytesOfRecord(record);
    let draft = open.get(partition);
    if (!draft || draft.bytes + bytes > CHUNK_BYTES) {
      const base = draft ? draft.base + draft.records.length : partition.end;
      draft = { partition, base, records: [], bytes: CHUNK_HEADER };
      open.set(partition, draft);
      drafts.push(draft);
    }
    draft.records.push(record);
    draft.bytes += bytes;
  }
  return drafts;
}

function finishes(writes: readonly Write[]): LogCommit['finished'] {
  const byLease = new Map<Lease, Set<number>>();
  for (const { finish } of writes) {
    if (!finish) continue;
    let offsets = byLease.get(finish.lease);
    if (!offsets) byLease.set(finish.lease, (offsets = new Set()));
    for (const offset of finish.offsets) offsets.add(offset);
  }
  return [...byLease].map(([lease, offsets]) => ({ lease, offsets, mark: lease.window.markAfter(offsets) }));
}
