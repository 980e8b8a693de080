import { createHash, hash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import {
  BLOB_KEY,
  type BlobForm,
  type BlobName,
  type BlobReference,
  isBlobReference,
  mentionsBlob,
} from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import { away, BlobError, damaged, missing } from './errors.js';
import type { BlobStore } from './port.js';
import { blobOf, split } from './split.js';

/** The pauses between the tries at a store that does not answer. */
const PAUSES_MS = [100, 400, 1_600];

export interface BlobsOptions {
  readonly store: BlobStore;
  /** Values of more characters than this, as JSON, go to blobs. */
  readonly threshold: number;
  /** The pauses between the tries at a store that does not answer, in milliseconds. */
  readonly pausesMs?: readonly number[];
}

/** Replaces the large parts of values by references to blobs, and references by what they stand for. */
export class Blobs {
  readonly threshold: number;
  private readonly store: BlobStore;
  private readonly pausesMs: readonly number[];

  constructor({ store, threshold, pausesMs = PAUSES_MS }: BlobsOptions) {
    this.store = store;
    this.threshold = threshold;
    this.pausesMs = pausesMs;
  }

  /** Returns the value with references to blobs of the run in the place of its large parts; resolves once these are durable. @throws {BlobError} `BLOB_STORE_AWAY` */
  async lighten(
    value: unknown,
    { run, threshold = this.threshold }: { run: string; threshold?: number },
  ): Promise<unknown> {
    const { value: light, parts } = split(value, { run, threshold });
    // One after the other: they may be large, and each is written as a whole.
    for (const { name, bytes } of parts) await this.tried(name, () => this.store.put(name, bytes));
    return light;
  }

  /** Keeps bytes as a blob of the run. @throws {BlobError} `BLOB_STORE_AWAY` */
  async keep(bytes: Uint8Array, of: { run: string; as: BlobForm }): Promise<BlobReference> {
    const { name, reference } = blobOf(bytes, of);
    await this.tried(name, () => this.store.put(name, bytes));
    return reference;
  }

  /** Keeps a file as a blob of the run. @throws {BlobError} `BLOB_STORE_AWAY` */
  async keepFile(file: string, { $blob: blob }: BlobReference): Promise<void> {
    await this.tried(blob, () => this.store.putFile(blob, file));
  }

  /**
   * Returns the beginning of a text or base64: so many characters, if it has as many. The blob is read to its end for its checksum, and no more than the beginning is in memory.
   * @throws {BlobError}
   */
  async beginning({ [BLOB_KEY]: blob }: BlobReference, characters: number): Promise<string> {
    const parts: Uint8Array[] = [];
    // A character has four bytes at most.
    let left = 4 * characters;
    const digest = createHash('sha256');
    const stream = await this.tried(blob, () => this.store.stream(blob));
    if (!stream) throw missing(blob);
    try {
      for await (const part of stream) {
        digest.update(part);
        if (left > 0) parts.push(part.slice(0, left));
        left -= part.length;
      }
    } catch (error) {
      throw away(blob, error);
    }
    if (digest.digest('hex') !== blob.sha256) throw damaged(blob, 'its bytes have another checksum');
    const bytes = Buffer.concat(parts);
    const text = blob.as === 'base64' ? bytes.toString('base64') : new StringDecoder('utf8').write(bytes);
    return text.slice(0, characters);
  }

  /** Returns the value with all references in it replaced by what they stand for, those within blobs included. @throws {BlobError} */
  async resolve(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    if (isBlobReference(value)) return this.resolve(await this.content(value));
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value) items.push(await this.resolve(item));
      return items;
    }
    const fields: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) fields[key] = await this.resolve(field);
    return fields;
  }

  /** Returns the value that a reference stands for, in which there may be further references. @throws {BlobError} */
  async content(reference: BlobReference): Promise<unknown> {
    const bytes = await this.bytes(reference);
    const text = bytes.toString(reference[BLOB_KEY].as === 'base64' ? 'base64' : 'utf8');
    return reference[BLOB_KEY].as === 'json' ? (JSON.parse(text) as unknown) : text;
  }

  /** Returns the bytes of a blob, which have the checksum of its reference. @throws {BlobError} `BLOB_MISSING`, `BLOB_DAMAGED`, `BLOB_SEALED`, `BLOB_STORE_AWAY` */
  async bytes({ [BLOB_KEY]: blob }: BlobReference): Promise<Buffer> {
    const found = await this.read(blob);
    if (!found) throw missing(blob);
    return found;
  }

  /** Returns the bytes of a blob by its name, which has their checksum; undefined where there is none. @throws {BlobError} `BLOB_DAMAGED`, `BLOB_SEALED`, `BLOB_STORE_AWAY` */
  async read(name: BlobName): Promise<Buffer | undefined> {
    const found = await this.tried(name, () => this.store.get(name));
    if (!found) return undefined;
    if (hash('sha256', found) !== name.sha256) throw damaged(name, `its ${found.length} bytes have another checksum`);
    return Buffer.from(found.buffer, found.byteOffset, found.byteLength);
  }

  /** Returns the value with references to copies that belong to another run. @throws {BlobError} */
  async adopt(value: unknown, run: string): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    if (isBlobReference(value)) return this.adopted(value, run);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value) items.push(await this.adopt(item, run));
      return items;
    }
    const fields: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) fields[key] = await this.adopt(field, run);
    return fields;
  }

  /** Removes all blobs of runs. @throws {BlobError} `BLOB_STORE_AWAY` */
  async remove(runs: readonly string[]): Promise<void> {
    for (const run of runs) await this.tried({ run, sha256: '*' }, () => this.store.removeRun(run));
  }

  /** Returns the runs that have blobs and of which none is younger than a time. */
  runs(before: number): AsyncIterable<string> {
    return this.store.runs(before);
  }

  private async adopted(reference: BlobReference, run: string): Promise<BlobReference> {
    const { as, run: owner } = reference[BLOB_KEY];
    if (owner === run) return reference;
    const bytes = await this.bytes(reference);
    if (as !== 'json' || !mentionsBlob(bytes)) return this.keep(bytes, { run, as });
    const inner = await this.adopt(JSON.parse(bytes.toString('utf8')), run);
    return this.keep(Buffer.from(JSON.stringify(inner)), { run, as });
  }

  private async tried<T>(name: BlobName, work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await work();
      } catch (error) {
        if (error instanceof BlobError) throw error;
        const ms = this.pausesMs[tries];
        if (ms === undefined) throw away(name, error);
        await sleep(ms);
      }
  }
}
