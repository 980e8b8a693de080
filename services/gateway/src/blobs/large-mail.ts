import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import type { Blobs } from '@millrace/blobs';
import { BLOB_KEY, type BlobReference, mediaTypeOf } from '@millrace/contracts';
import { MAIL } from '../http/mail.js';
import { RequestProblem } from '../http/problems.js';

const BOM = '\uFEFF';

/** A mail that waits in a file until it is known which run it belongs to: it is never in memory as a whole. */
export class LargeMail {
  private constructor(
    private readonly folder: string,
    private readonly blob: Omit<BlobReference[typeof BLOB_KEY], 'run'>,
  ) {}

  /** Reads a request's body into a file. @throws {RequestProblem} TOO_LARGE */
  static async receive(request: AsyncIterable<Uint8Array>, maxBytes: number): Promise<LargeMail> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-mail-'));
    const digest = createHash('sha256');
    const text = new TextTest();
    let bytes = 0;
    const looked = async function* (parts: AsyncIterable<Uint8Array>) {
      for await (const part of parts) {
        bytes += part.length;
        if (bytes > maxBytes) throw new RequestProblem('TOO_LARGE', 'The body is larger than this gateway takes.');
        digest.update(part);
        text.look(part);
        yield part;
      }
    };
    try {
      await pipeline(request, looked, createWriteStream(join(folder, 'mail'), { mode: 0o600 }));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new LargeMail(folder, { sha256: digest.digest('hex'), bytes, as: text.holds() ? 'text' : 'base64' });
  }

  /** Returns the input that the mail makes: a reference to a blob of the run, which may not be written yet. */
  input(run: string): { raw: BlobReference } | { rawBase64: BlobReference } {
    const reference = this.reference(run);
    return this.blob.as === 'text' ? { raw: reference } : { rawBase64: reference };
  }

  /** Writes the blob. @throws {BlobError} `BLOB_STORE_AWAY` */
  keep(run: string, blobs: Pick<Blobs, 'keepFile'>): Promise<void> {
    return blobs.keepFile(join(this.folder, 'mail'), this.reference(run));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private reference(run: string): BlobReference {
    return { [BLOB_KEY]: { run, ...this.blob } };
  }
}

/** Tests that bytes are a text that can be kept: UTF-8 without a NUL. A byte order mark would be lost in a text. */
class TextTest {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private isText = true;
  private isFirst = true;

  look(part: Uint8Array): void {
    if (!this.isText) return;
    this.isText = !part.includes(0) && this.decodes(part, true);
  }

  holds(): boolean {
    return this.isText && this.decodes(new Uint8Array(0), false);
  }

  private decodes(part: Uint8Array, stream: boolean): boolean {
    try {
      const text = this.decoder.decode(part, { stream });
      const begins = this.isFirst && text !== '';
      if (begins) this.isFirst = false;
      return !(begins && text.startsWith(BOM));
    } catch {
      return false;
    }
  }
}

type Next = (error?: unknown) => void;
type MailRequest = IncomingMessage & { body?: unknown; _body?: boolean };

/** Returns express middleware that receives large mails for the requests that begin runs; a parser of bodies behind it leaves them alone. */
export const receiveMails =
  (options: { threshold: number; maxBytes: number; beginsRun: (request: IncomingMessage) => boolean }) =>
  (request: MailRequest, response: ServerResponse, next: Next): void => {
    const { 'content-length': length, 'content-type': type, 'content-encoding': encoding } = request.headers;
    const isLarge =
      mediaTypeOf(type) === MAIL && encoding === undefined && Number(length ?? Infinity) > options.threshold;
    if (!isLarge || !options.beginsRun(request)) return next();
    LargeMail.receive(request, options.maxBytes).then((mail) => {
      response.once('close', () => void mail.remove().catch(() => undefined));
      request.body = mail;
      request._body = true;
      next();
    }, next);
  };
