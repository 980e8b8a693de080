import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobName } from '@millrace/contracts';
import type { BlobStore } from './port.js';

/** Keeps blobs as files: a folder for each run, in folders by the last two characters of its id, because some file systems search a large folder slowly. */
export class FileBlobStore implements BlobStore {
  constructor(private readonly root: string) {}

  put(name: BlobName, bytes: Uint8Array): Promise<void> {
    return this.written(name, (file) => file.writeFile(bytes));
  }

  putFile(name: BlobName, path: string): Promise<void> {
    return this.written(name, (file) => file.writeFile(createReadStream(path)));
  }

  private async written({ run, sha256 }: BlobName, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const folder = this.folderOf(run);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const written = join(folder, `.${sha256}-${randomUUID()}`);
    try {
      await using file = await open(written, 'wx', 0o600);
      await write(file);
      await file.sync();
      await rename(written, join(folder, sha256));
    } catch (error) {
      await rm(written, { force: true }).catch(() => undefined);
      throw error;
    }
    await synced(folder);
  }

  async get({ run, sha256 }: BlobName): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.folderOf(run), sha256));
    } catch (error) {
      if (!isAbsent(error)) throw error;
      // A folder that was not mounted has no blobs either: that is no reason to give up on them.
      await stat(this.root);
      return undefined;
    }
  }

  async stream({ run, sha256 }: BlobName): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const file = await open(join(this.folderOf(run), sha256), 'r');
      return file.createReadStream() as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await stat(this.root);
      return undefined;
    }
  }

  async removeRun(run: string): Promise<void> {
    await rm(this.folderOf(run), { recursive: true, force: true });
  }

  async *runs(before: number): AsyncIterable<string> {
    for await (const shard of entriesOf(this.root))
      for await (const run of entriesOf(join(this.root, shard))) {
        // A folder's time is that of the last change among its files.
        const found = await stat(join(this.root, shard, run)).catch(() => undefined);
        if (found && found.mtimeMs < before) yield run;
      }
  }

  private folderOf(run: string): string {
    return join(this.root, run.slice(-2), run);
  }
}

async function* entriesOf(folder: string): AsyncIterable<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Makes the names in a folder durable. */
async function synced(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
