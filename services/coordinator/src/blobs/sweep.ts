import type { Blobs } from '@millrace/blobs';
import type { Store } from '@millrace/store';

/** Blobs that are younger may belong to a run that nobody has taken on yet: its request waits on `intake`. */
const GRACE_MS = 7 * 86_400_000;
/** The number of runs that the store is asked about at once. */
const BATCH = 200;

/**
 * Removes blobs that belong to no run: a service that dies between writing a blob and publishing the record that refers to it leaves the blob behind.
 * Returns the number of runs whose blobs are gone.
 */
export async function sweepBlobs(
  { blobs, store }: { readonly blobs: Blobs; readonly store: { readonly writer: Pick<Store['writer'], 'known'> } },
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  const look = async (): Promise<void> => {
    const known = await store.writer.known(batch);
    const gone = batch.filter((run) => !known.has(run));
    await blobs.remove(gone);
    removed += gone.length;
    batch = [];
  };
  for await (const run of blobs.runs(at - GRACE_MS)) {
    if (signal.aborted) return removed;
    batch.push(run);
    if (batch.length >= BATCH) await look();
  }
  if (batch.length > 0) await look();
  return removed;
}
