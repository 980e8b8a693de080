import { isUtf8 } from 'node:buffer';
import type { Blobs } from '@millrace/blobs';
import { BLOB_KEY, type BlobForm, isText, utf8 } from '@millrace/contracts';

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

/** The input that a large mail makes: its bytes go to a blob as they are, and are never made a text here. */
export class LargeMail {
  private readonly bytes: Buffer;
  private readonly as: BlobForm;

  constructor(mail: Buffer) {
    this.as = isUtf8(mail) && !mail.includes(0) ? 'text' : 'base64';
    this.bytes = this.as === 'text' && mail.subarray(0, BOM.length).equals(BOM) ? mail.subarray(BOM.length) : mail;
  }

  /** Returns the input with a reference to a blob that is not written yet, to be checked. */
  sketch(run: string): object {
    return this.named({ [BLOB_KEY]: { run, sha256: '0'.repeat(64), bytes: this.bytes.length, as: this.as } });
  }

  /** Writes the blob and returns the input. @throws {BlobError} `BLOB_STORE_AWAY` */
  async input(run: string, blobs: Blobs): Promise<object> {
    return this.named(await blobs.keep(this.bytes, { run, as: this.as }));
  }

  private named(reference: object): object {
    return this.as === 'text' ? { raw: reference } : { rawBase64: reference };
  }
}

const BOM = Buffer.from('\uFEFF');
