import type { BlobName } from '@millrace/contracts';

/**
 * Keeps bytes under names, for as long as the run exists that they belong to. A name says what is in a blob, so that writing one twice changes nothing.
 * `conformance.ts` tests every sentence of this interface.
 */
export interface BlobStore {
  /** Resolves once the bytes are durable. A reader sees all of them, or none. Rejects where the store cannot be written to. */
  put(name: BlobName, bytes: Uint8Array): Promise<void>;
  /** As `put`, for the bytes of a file, which are never in memory as a whole where the store can do without. */
  putFile(name: BlobName, file: string): Promise<void>;
  /** Returns the bytes as they were written; undefined where there is no blob of that name. Rejects where the store cannot be read. */
  get(name: BlobName): Promise<Uint8Array | undefined>;
  /** As `get`, in parts. */
  stream(name: BlobName): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Removes all blobs of a run, and no other ones. Succeeds where there are none. */
  removeRun(run: string): Promise<void>;
  /** Returns the runs that have blobs and of which none is younger than `before`, in milliseconds since the epoch. */
  runs(before: number): AsyncIterable<string>;
}

/** Seals the bytes of blobs before they are stored, and opens them again. */
export interface BlobCipher {
  seal(bytes: Uint8Array, name: BlobName): Uint8Array;
  /** Returns bytes that were never sealed as they are. @throws {BlobError} `BLOB_SEALED`, `BLOB_DAMAGED` */
  open(bytes: Uint8Array, name: BlobName): Uint8Array;
}
