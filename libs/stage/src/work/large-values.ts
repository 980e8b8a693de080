import { BlobError, type Blobs, noStore } from '@millrace/blobs';
import {
  BLOB_KEY,
  blobsIn,
  cut,
  failure,
  type Failure,
  isBlobReference,
  jsonFault,
  type JsonFault,
} from '@millrace/contracts';
import { Room } from './room.js';

/** The largest output that goes to a blob store, in characters of JSON. */
const MAX_OUTPUT = 128 * 1024 * 1024;
/** All stages of a process share this much memory for the large inputs that they are working on; one that is larger is worked on alone. */
const ROOM = new Room(64 * 1024 * 1024);
/** The memory that a value takes is about this many times the bytes of its blob: the bytes, and what is made of them. */
const COPIES = 2;

/** An output as it travels: its large parts are references. */
export type WrittenOutput = { readonly output: unknown; readonly text: string } | { readonly failure: Failure };

/** Gives stages what references stand for, and puts the large parts of what they give in blobs. */
export class LargeValues {
  /** Undefined where there is no blob store. */
  readonly threshold: number | undefined;

  constructor(
    private readonly blobs: Blobs | undefined,
    private readonly maxRecordBytes: number,
    /** The number of characters that the stage reads of fields of its input. */
    private readonly reads: Readonly<Record<string, number>> = {},
  ) {
    this.threshold = blobs?.threshold;
  }

  /** Waits for the memory that the blobs within an input take. Resolves with what gives it back. */
  room(input: unknown, signal: AbortSignal): Promise<() => void> {
    const bytes = blobsIn(input).reduce((sum, { [BLOB_KEY]: blob }) => sum + blob.bytes, 0);
    return ROOM.take(COPIES * (bytes - this.unread(input)), signal);
  }

  /** Returns an input as the stage reads it, or the failure of a blob that cannot be read. */
  async resolved(input: unknown): Promise<{ readonly value: unknown } | { readonly failure: Failure }> {
    const [first] = blobsIn(input);
    if (!first) return { value: input };
    if (!this.blobs) return { failure: noStore(first[BLOB_KEY]).failure };
    return orFailure(async (blobs) => ({ value: await blobs.resolve(await this.begun(input, blobs)) }), this.blobs);
  }

  /** Returns an input with the beginnings of the texts of which the stage reads no more. */
  private async begun(input: unknown, blobs: Blobs): Promise<unknown> {
    const texts = this.beginnings(input);
    if (texts.length === 0) return input;
    const begun: Record<string, unknown> = { ...(input as object) };
    for (const { field, reference, most } of texts) begun[field] = await blobs.beginning(reference, most);
    return begun;
  }

  /** Returns the number of bytes that are not loaded. */
  private unread(input: unknown): number {
    const left = this.beginnings(input).map(({ reference, most }) => reference[BLOB_KEY].bytes - 4 * most);
    return left.reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
  }

  private beginnings(input: unknown) {
    if (typeof input !== 'object' || input === null || isBlobReference(input)) return [];
    const fields = input as Readonly<Record<string, unknown>>;
    return Object.entries(this.reads).flatMap(([field, most]) => {
      const reference = fields[field];
      return isBlobReference(reference) && reference[BLOB_KEY].as !== 'json' ? [{ field, reference, most }] : [];
    });
  }

  /** Returns an output as it travels. A failure where JSON cannot hold the output as it is, or the blob store does not answer. */
  async written(output: unknown, run: string): Promise<WrittenOutput> {
    const maxBytes = this.blobs ? MAX_OUTPUT : this.maxRecordBytes;
    const fault = output === undefined ? undefined : jsonFault(output, { maxBytes, reservedKey: BLOB_KEY });
    if (fault) return { failure: outputFailure(fault) };
    const text = JSON.stringify(output) ?? 'null';
    if (!this.blobs || text.length <= this.blobs.threshold) return { output, text };
    return orFailure(async (blobs) => {
      const light = await blobs.lighten(output, { run });
      return { output: light, text: JSON.stringify(light) };
    }, this.blobs);
  }
}

async function orFailure<T>(
  work: (blobs: Blobs) => Promise<T>,
  blobs: Blobs,
): Promise<T | { readonly failure: Failure }> {
  try {
    return await work(blobs);
  } catch (error) {
    if (error instanceof BlobError) return { failure: error.failure };
    throw error;
  }
}

/** Returns the failure for an output that JSON would silently change: a stage's output arrives as it is, or not at all. */
function outputFailure({ what, pointer, detail }: JsonFault): Failure {
  if (what === 'size') return failure('STAGE_OUTPUT_TOO_LARGE', `The stage’s output is too large: ${detail}.`);
  const message = `The stage’s output cannot be sent as it is, at ${pointer || 'its top'}: ${detail}.`;
  return failure('STAGE_OUTPUT_INVALID', message, { details: [{ pointer: cut(pointer, 1_000), detail }] });
}
