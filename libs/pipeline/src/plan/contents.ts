import { BLOB_KEY, type BlobReference, blobNameText, type Failure, isBlobReference } from '@millrace/contracts';

/** A blob's content, or why it cannot be read. */
export type Content = { readonly value: unknown } | { readonly failure: Failure };

/** The contents of blobs that are in memory, by the key of their references. */
export interface Contents {
  get(key: string): Content | undefined;
}

/** Returns the key of a reference among contents: two references of one key stand for the same value. */
export const contentKey = ({ [BLOB_KEY]: blob }: BlobReference): string => `${blob.as}:${blobNameText(blob)}`;

/** Thrown where a decision reads a blob whose content is not in memory: fetch the content, and decide again. */
export class ContentWanted extends Error {
  override readonly name = 'ContentWanted';

  constructor(readonly reference: BlobReference) {
    super(`The content of the blob ${blobNameText(reference[BLOB_KEY])} is wanted.`);
  }
}

/** Thrown where a decision reads a blob that cannot be read. */
export class ContentUnreadable extends Error {
  override readonly name = 'ContentUnreadable';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** No content is in memory. */
export const NO_CONTENTS: Contents = { get: () => undefined };

/** Every blob is empty: what stands in one is absent. For what is worth no reading, as the title of a run. */
export const ABSENT_CONTENTS: Contents = { get: () => ({ value: undefined }) };

let inMemory: Contents = NO_CONTENTS;

/** Does work that may read the contents of blobs. Such work reads without waiting, so it throws `ContentWanted` for the first content that is not in memory. */
export function withContents<T>(contents: Contents, work: () => T): T {
  const before = inMemory;
  inMemory = contents;
  try {
    return work();
  } finally {
    inMemory = before;
  }
}

/** Does work that reads blobs, and returns what it makes, or the failure of a blob that cannot be read. @throws {ContentWanted} */
export function readably<T>(work: () => T): { readonly value: T } | { readonly failure: Failure } {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof ContentUnreadable) return { failure: error.failure };
    throw error;
  }
}

/** Returns the value that a reference stands for, or the value itself where it is none. @throws {ContentWanted | ContentUnreadable} */
export function opened(value: unknown): unknown {
  let open = value;
  while (isBlobReference(open)) open = contentOf(open);
  return open;
}

function contentOf(reference: BlobReference): unknown {
  const content = inMemory.get(contentKey(reference));
  if (!content) throw new ContentWanted(reference);
  if ('failure' in content) throw new ContentUnreadable(content.failure);
  return content.value;
}

/**
 * Returns a value as an expression may read it that reads the path and everything below it: references on the path are opened, those below it are opened when
 * they are read. The same value where there is no reference. @throws {ContentWanted | ContentUnreadable}
 */
export function openedAt(value: unknown, path: readonly (string | number)[], at = 0): unknown {
  const open = opened(value);
  const part = path[at];
  if (part === undefined) return lazily(open);
  if (typeof open !== 'object' || open === null || !Object.hasOwn(open, part)) return open;
  const before = (open as Record<string | number, unknown>)[part];
  const after = openedAt(before, path, at + 1);
  return after === before
    ? open
    : Object.assign(Array.isArray(open) ? [...(open as unknown[])] : { ...open }, { [part]: after });
}

/** Returns a value whose references are opened when they are read; the same value where it has none. */
function lazily(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let copy: object | undefined;
  for (const [key, part] of Object.entries(value)) {
    const isReference = isBlobReference(part);
    const open = isReference ? undefined : lazily(part);
    if (!isReference && open === part) continue;
    copy ??= Array.isArray(value) ? [...(value as unknown[])] : { ...value };
    const read = isReference ? { get: () => lazily(opened(part)) } : { value: open };
    Object.defineProperty(copy, key, { ...read, enumerable: true, configurable: true });
  }
  return copy ?? value;
}
