import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPGlite } from '../database.js';

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/millrace', import.meta.url));
const template = join(CACHE, `pglite-${dependencies['@electric-sql/pglite']}`);

/**
 * Prepares a data directory whose store was never opened, for `openStore`. PostgreSQL initialises its files once for all
 * tests on this machine, which takes seconds of processor time; each test gets a copy.
 */
export async function emptyStore(dataDir: string): Promise<void> {
  if (!existsSync(template)) await initialise();
  await cp(template, join(dataDir, 'store'), { recursive: true });
}

async function initialise(): Promise<void> {
  const unfinished = `${template}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  const database = await openPGlite(unfinished, () => undefined);
  await database.query('select 1', []);
  await database[Symbol.asyncDispose]();
  try {
    await rename(unfinished, template);
  } catch (error) {
    // Another process was first.
    if (!existsSync(template)) throw error;
    await rm(unfinished, { recursive: true });
  }
}
