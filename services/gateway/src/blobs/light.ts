import type { Blobs } from '@millrace/blobs';
import { isText, utf8 } from '@millrace/contracts';

/** Returns a value as it travels in a record of a run: what is larger than the threshold is in blobs. @throws {BlobError} `BLOB_STORE_AWAY` */
export async function lightValue<T>(value: T, { blobs, run }: { blobs: Blobs | undefined; run: string }): Promise<T> {
  if (!blobs || value === undefined || JSON.stringify(value).length <= blobs.threshold) return value;
  return (await blobs.lighten(value, { run })) as T;
}

/** The input that a mail makes: its text, or its bytes where they are no text that could be kept. */
export function inputOfMail(mail: Buffer): { raw: string } | { rawBase64: string } {
  const raw = utf8(mail);
  return raw === undefined || !isText(raw) ? { rawBase64: mail.toString('base64') } : { raw };
}
