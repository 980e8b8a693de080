import { z } from 'zod';
import { Count } from '../values/values.js';
import { isRunId, RunId } from './of-step.js';

/** The key of the object that stands for a blob. No other object of an input or an output may have it. */
export const BLOB_KEY = '$blob';

/** The form in which a value stands in its blob: as JSON, as the characters of a text, or as the bytes of which a text is the base64. */
export const BlobForm = z.enum(['json', 'text', 'base64']);
export type BlobForm = z.infer<typeof BlobForm>;

const FORMS: ReadonlySet<unknown> = new Set(BlobForm.options);
const SHA256 = /^[0-9a-f]{64}$/;

/** Stands for a value that is too large to travel in a record: the run that the blob belongs to, the checksum of its bytes, and their number. */
export const BlobReference = z.strictObject({
  [BLOB_KEY]: z.strictObject({ run: RunId, sha256: z.string().regex(SHA256), bytes: Count, as: BlobForm }),
});
export type BlobReference = z.infer<typeof BlobReference>;

/** The name of a blob within a blob store. */
export interface BlobName {
  readonly run: string;
  readonly sha256: string;
}

/** Returns true for an object that stands for a blob. It is tested by hand, because every value that is read is tested. */
export function isBlobReference(value: unknown): value is BlobReference {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, BLOB_KEY)) return false;
  const { [BLOB_KEY]: blob } = value as { [BLOB_KEY]: unknown };
  if (typeof blob !== 'object' || blob === null || Object.keys(value).length > 1) return false;
  const { run, sha256, bytes, as } = blob as Partial<Record<string, unknown>>;
  const isNamed = isRunId(run) && typeof sha256 === 'string' && SHA256.test(sha256);
  return isNamed && Number.isSafeInteger(bytes) && Number(bytes) >= 0 && FORMS.has(as);
}

/** Returns the name of a blob as people and messages write it. */
export const blobNameText = ({ run, sha256 }: BlobName): string => `${run}/${sha256}`;

// The key without the quotes around it is found many times faster, and every command is searched. A text may have it, too: then there is nothing to resolve.
/** Returns true where JSON that Millrace wrote holds a reference. */
export const mentionsBlob = (json: Uint8Array | null): boolean => json !== null && bufferOf(json).includes(BLOB_KEY);

/** Returns true where JSON that somebody else wrote may hold the key of references, however it is written. */
export const mayMentionBlob = (json: Uint8Array | null): boolean =>
  json !== null && (bufferOf(json).includes(BLOB_KEY) || bufferOf(json).includes('\\u'));

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Calls `see` for each reference within a value, in order. */
export function eachBlob(value: unknown, see: (reference: BlobReference) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isBlobReference(value)) return see(value);
  for (const part of Object.values(value)) eachBlob(part, see);
}

/** Returns true where a value has the key of references in an object that is no reference to a blob of this run. */
export function mentionsForeignBlob(value: unknown, run: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isBlobReference(value)) return value[BLOB_KEY].run !== run;
  return Object.hasOwn(value, BLOB_KEY) || Object.values(value).some((part) => mentionsForeignBlob(part, run));
}

/** Returns a value in which references say what is in their blobs, and not whose they are: equal for equal contents. The same value where there are none. */
export function withoutOwners(value: unknown): unknown {
  if (blobsIn(value).length === 0) return value;
  if (isBlobReference(value)) return { [BLOB_KEY]: { ...value[BLOB_KEY], run: '' } };
  if (Array.isArray(value)) return value.map(withoutOwners);
  return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, withoutOwners(part)]));
}

/** Returns the references within a value. */
export function blobsIn(value: unknown): readonly BlobReference[] {
  const found: BlobReference[] = [];
  eachBlob(value, (reference) => void found.push(reference));
  return found;
}
