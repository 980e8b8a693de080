import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { BlobName } from '@millrace/contracts';
import type { BlobCipher, BlobStore } from './port.js';

/** A blob store in which every blob is sealed. Blobs from before that are read as they are. */
export class SealedBlobStore implements BlobStore {
  constructor(
    private readonly store: BlobStore,
    private readonly cipher: BlobCipher,
  ) {}

  put(name: BlobName, bytes: Uint8Array): Promise<void> {
    return this.store.put(name, this.cipher.seal(bytes, name));
  }

  /** A blob is sealed as a whole. */
  async putFile(name: BlobName, file: string): Promise<void> {
    await this.put(name, await readFile(file));
  }

  async stream(name: BlobName): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = await this.get(name);
    return bytes && Readable.from([bytes]);
  }

  async get(name: BlobName): Promise<Uint8Array | undefined> {
    const bytes = await this.store.get(name);
    return bytes && this.cipher.open(bytes, name);
  }

  removeRun(run: string): Promise<void> {
    return this.store.removeRun(run);
  }

  runs(before: number): AsyncIterable<string> {
    return this.store.runs(before);
  }
}
