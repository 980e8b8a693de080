import { execFile } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A folder with little room in it, which can be used up and given back. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** The arguments of `node` with which a process finds the disk as it is. */
  readonly args: readonly string[];
  fill(): Promise<void>;
  free(): Promise<void>;
}

const ROOM = '160m';
const run = promisify(execFile);

/** A file system of its own where we may mount one, else writes that fail in the process as on a full one. */
export async function openSmallDisk(folder: string): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${ROOM}`, 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  return mounted ? mountedDisk(folder) : pretendedDisk(folder);
}

function mountedDisk(folder: string): SmallDisk {
  const ballast = join(folder, 'ballast');
  // Nobody is left to unmount it when the harness is told to end.
  const unmount = () => void execFile('umount', ['--lazy', folder]).unref();
  process.once('exit', unmount);
  return {
    folder,
    args: [],
    async fill() {
      await using file = await open(ballast, 'a');
      for (let size = 2 ** 20; size >= 512; size /= 2) {
        const part = Buffer.alloc(size);
        while (await file.appendFile(part).then(() => true, isFull)) continue;
      }
    },
    free: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      process.off('exit', unmount);
      await run('umount', [folder]);
    },
  };
}

function isFull(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOSPC') throw error;
  return false;
}

function pretendedDisk(folder: string): SmallDisk {
  const marker = join(folder, 'full');
  const patch = new URL('../dist/full-disk-pretended.js', import.meta.url);
  patch.searchParams.set('marker', marker);
  return {
    folder,
    args: ['--import', patch.href],
    fill: () => writeFile(marker, ''),
    free: () => rm(marker, { force: true }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
