import { chmod, link, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Database, migrate } from '../database.js';
import { StoreUnusable } from '../errors.js';
import { databaseOn } from './sqlite.js';
import { isBusy, isDamaged, isFull } from './sqlite-errors.js';
import { WalSync } from './wal-sync.js';

const FILE = 'store.sqlite';
const UNFINISHED = /^unfinished-\d+\.sqlite/;

/**
 * One process has the file (`exclusive`), so the index of the write-ahead log is in its memory. `normal` syncs where a checkpoint needs it; `WalSync`
 * syncs commits.
 */
const SETTINGS = `
pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal; pragma checkpoint_fullfsync = on;
pragma trusted_schema = off; pragma cache_size = -8192; pragma wal_autocheckpoint = 2000`;

/**
 * Opens the store in a folder, makes it where there is none, and brings its tables to this version.
 * @throws {StoreUnusable} with what to do, where the folder has none that this process can open
 */
export async function openSqlite(dir: string): Promise<Database> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await refuseOthers(dir);
    const file = join(dir, FILE);
    const size = await sizeOf(file);
    if (size === undefined) await make(dir, file);
    if (size === 0)
      throw new StoreUnusable(
        `The store ${file} is empty, though it was written before. Put a copy in its place, or name another MILLRACE_DATA.`,
      );
    return await openFile(file);
  } catch (error) {
    throw error instanceof StoreUnusable ? error : unusable(dir, error);
  }
}

function unusable(dir: string, error: unknown): StoreUnusable {
  const causes = causesOf(error);
  const because = (why: string) => new StoreUnusable(`The store in ${dir} cannot be opened: ${why}`, { cause: error });
  if (causes.some(isFull))
    return because('the disk is full. Make room there, or name another MILLRACE_DATA, and start again.');
  if (causes.some(isBusy))
    return because(
      'another process has it open. SQLite serves one process: end the other one, name another MILLRACE_DATA, or set DATABASE_URL to a PostgreSQL, which serves several.',
    );
  const said = causes.map((one) => (one as { message?: unknown }).message).findLast((one) => typeof one === 'string');
  const words = said === undefined ? '' : ` (${said.split('\n')[0]})`;
  if (causes.some(isDamaged))
    return because(`its files are damaged${words}. Put a copy in their place, or name another MILLRACE_DATA.`);
  return because(`its files cannot be read or written${words}. Make that possible, or name another MILLRACE_DATA.`);
}

function causesOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  return [error, ...causesOf((error as { cause?: unknown }).cause)];
}

/** Returns undefined where there is no file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws {StoreUnusable} where the folder has the store of a version that kept it otherwise, or the rest of one */
async function refuseOthers(dir: string): Promise<void> {
  const names = await readdir(dir);
  if (names.includes('PG_VERSION'))
    throw new StoreUnusable(
      `The store in ${dir} was written by an earlier version of Millrace, which kept it in PGlite. This version keeps it in SQLite and cannot read it. ` +
        'Nothing was changed. To go on with its runs, start the earlier version; to begin anew, name another MILLRACE_DATA.',
    );
  if (names.includes(`${FILE}-wal`) && !names.includes(FILE))
    throw new StoreUnusable(
      `The store in ${dir} cannot be opened: ${FILE} is missing, and only its log is there. Put a copy of both in their place, or name another MILLRACE_DATA.`,
    );
}

/** Makes an empty store under another name first: under its own name there is a whole one, or one that was cut short. */
async function make(dir: string, file: string): Promise<void> {
  for (const name of await readdir(dir)) if (UNFINISHED.test(name)) await rm(join(dir, name));
  const unfinished = join(dir, `unfinished-${process.pid}.sqlite`);
  await writeFile(unfinished, '', { mode: 0o600 });
  await (await openFile(unfinished))[Symbol.asyncDispose]();
  await sync(unfinished);
  // Unlike a rename it fails where another process was first.
  await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished);
  await sync(dir);
}

async function openFile(file: string): Promise<Database> {
  const { DatabaseSync } = await sqliteOfNode();
  await using opening = new AsyncDisposableStack();
  const sqlite = opening.adopt(new DatabaseSync(file), closed);
  sqlite.exec(SETTINGS);
  // Takes the lock and makes the log, whose name has to be on the disk before anything in it counts.
  sqlite.exec('begin immediate; pragma user_version = 1; commit');
  await sync(join(file, '..'));
  await chmod(file, 0o600);
  const database = databaseOn(sqlite, await WalSync.of(`${file}-wal`));
  await migrate(database).catch(async (error: unknown) => {
    await database[Symbol.asyncDispose]();
    throw error;
  });
  opening.move();
  return database;
}

const closed = (sqlite: DatabaseSync): void => {
  if (sqlite.isOpen) sqlite.close();
};

/** Some systems sync no folders, which Node says with one of these codes; they need none. */
const NO_SYNC = ['EISDIR', 'EPERM', 'EINVAL', 'EACCES'];

async function sync(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    if (!NO_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Loads the SQLite of Node, without the warning of some versions that it is experimental; every other warning is given. */
async function sqliteOfNode(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning(warning, ...rest);
  }) as typeof emitWarning;
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
