import { type BlobName, blobNameText, failure, type Failure, type FailureCode } from '@millrace/contracts';

type BlobFailureCode = Extract<FailureCode, `BLOB_${string}` | 'NO_BLOB_STORE'>;

/** Thrown where a blob cannot be read or written. Its failure names the blob and says whether it is worth another try. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly failure: Failure;

  constructor(
    readonly code: BlobFailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.failure = failure(code, message);
  }
}

export const missing = (name: BlobName): BlobError =>
  new BlobError('BLOB_MISSING', `The blob ${blobNameText(name)} is not in the blob store.`);

export const damaged = (name: BlobName, why: string, cause?: unknown): BlobError =>
  new BlobError('BLOB_DAMAGED', `The blob ${blobNameText(name)} is damaged: ${why}.`, { cause });

export const away = (name: BlobName, cause: unknown): BlobError =>
  new BlobError('BLOB_STORE_AWAY', `The blob store does not answer for the blob ${blobNameText(name)}.`, { cause });

export const noStore = (name: BlobName): BlobError =>
  new BlobError('NO_BLOB_STORE', `This service has no blob store to read the blob ${blobNameText(name)} from.`);
