import { type Batch, isAbort } from '../wire/record-batch.js';

/** A transaction that was aborted, as a fetch response names it. The broker gives them in no particular order. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * The data batches among `batches` (in the log's order) that a reader of committed records may see. A batch belongs to
 * one producer and at most one transaction, so whole batches are kept or dropped: every aborted transaction whose first
 * offset has been reached is open until its producer's abort marker.
 *
 * kafkajs's own filter is not used: it opens at most one aborted transaction per record, takes the list for sorted, and
 * so lets aborted records of overlapping transactions through.
 */
export function readCommitted(batches: readonly Batch[], aborted: readonly AbortedTransaction[]): Batch[] {
  if (aborted.length === 0) return batches.filter((batch) => !batch.control);
  const ahead = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  const seen: Batch[] = [];
  let next = 0;
  for (const batch of batches) {
    for (let begun = ahead[next]; begun && begun.firstOffset <= batch.lastOffset; begun = ahead[++next])
      open.add(begun.producerId);
    if (batch.control) {
      if (isAbort(batch)) open.delete(batch.producerId);
    } else if (!batch.transactional || !open.has(batch.producerId)) seen.push(batch);
  }
  return seen;
}
