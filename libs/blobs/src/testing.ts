import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileBlobStore } from './file-store.js';
import { Blobs } from './blobs.js';

/** A folder that is removed with its test. */
export async function aFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-blobs-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Blobs in a folder that is removed with its test. */
export async function testBlobs(threshold: number): Promise<Blobs & { folder: string } & AsyncDisposable> {
  const folder = await aFolder();
  const blobs = new Blobs({ store: new FileBlobStore(folder.path), threshold, pausesMs: [] });
  return Object.assign(blobs, { folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() });
}
