import type { Dirent } from 'node:fs';
import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** The names that services, stages and the CLI use in MILLRACE_DATA. */
const OURS = ['log', 'store', 'models', 'outbox', 'board', 'index', 'notices', 'office', 'url', 'services.json'];

/**
 * Keeps from other accounts of the machine what this process writes, and what earlier ones have written to `dir`: customers' words
 * are in there. Directories get 0700 and files 0600.
 */
export async function keepPrivate(dir: string, { create = false }: { create?: boolean } = {}): Promise<void> {
  if (isMainThread) process.umask(0o077);
  if (create) await makeFolder(resolve(dir));
  const entries = await readdir(dir).catch(() => undefined);
  if (!entries) return;
  // A local PostgreSQL that runs under its own account has to pass through.
  await tighten(dir, entries.includes('infra') ? 0o711 : 0o700);
  for (const name of OURS.filter((name) => entries.includes(name))) await tightenAll(join(dir, name));
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a system refuses to have one, as /proc does. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(dir)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await mkdir(dir);
  }
}

async function tightenAll(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isSymbolicLink()) return;
  await tighten(path, 0o700, found.mode);
  if (!found.isDirectory()) return;
  const inside: Dirent[] = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const { name } of inside) await tightenAll(join(path, name));
}

/** Takes away what others may do, and nothing else. What belongs to somebody else is left to its owner. */
async function tighten(path: string, most: number, mode?: number): Promise<void> {
  const now = (mode ?? (await lstat(path)).mode) & 0o777;
  if ((now & most) !== now) await chmod(path, now & most).catch(() => undefined);
}
