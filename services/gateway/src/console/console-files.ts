import { readFile } from 'node:fs/promises';
import { extname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Problem } from '@millrace/contracts/http';
import { relativeTo } from './console-addresses.js';
import { problemPage } from './problem-page.js';

const FOLDER = fileURLToPath(new URL('../../public/console/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the console as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
  /** Its name holds a hash of its content, so that a browser may keep it for ever. */
  readonly isImmutable: boolean;
}

/** Serves the files that Vite made of services/console. All of them are read once and kept. */
export class ConsoleFiles {
  private readonly files = new Map<string, Promise<ConsoleFile | undefined>>();

  constructor(private readonly folder = FOLDER) {}

  /**
   * Returns what a path within the console shows: a file, or the page for everything that the console itself finds its way to.
   * Undefined for a file that does not exist, and for the page where the console was not built.
   */
  async at(path: string): Promise<ConsoleFile | undefined> {
    if (isFile(path)) return this.file(path);
    const page = await this.file('index.html');
    return page && pageAt(path, page);
  }

  /** Returns a page for a person whose request to `path` failed. */
  async problemAt(path: string, problem: Problem): Promise<string> {
    const page = await this.file('index.html');
    const shell = page && named(page.bytes.toString('utf8'), relativeTo(path, 'console/'));
    return problemPage(problem, { shell, home: relativeTo(path, 'console/') });
  }

  private file(path: string): Promise<ConsoleFile | undefined> {
    const name = posix.normalize(path);
    if (name.startsWith('.') || name.startsWith('/') || name.includes('\\')) return Promise.resolve(undefined);
    const known = this.files.get(name);
    if (known) return known;
    const file = read(this.folder, name).then((found) => {
      // A console that was not built yet may be built meanwhile; names that do not exist are not kept.
      if (!found) this.files.delete(name);
      return found;
    });
    this.files.set(name, file);
    return file;
  }
}

/** The console's own paths have no ending that a file of it has: ids of runs do hold dots. */
const isFile = (path: string): boolean => path.startsWith('assets/') || path === 'icon.svg';

async function read(folder: string, name: string): Promise<ConsoleFile | undefined> {
  const type = TYPES[extname(name)];
  const bytes = type && (await readFile(folder + name).catch(() => undefined));
  if (!bytes) return undefined;
  return { type, bytes, zipped: await promisify(gzip)(bytes), isImmutable: name.startsWith('assets/') };
}

/** Names the page's files relatively to its path, so that they are found under any path that a proxy puts before it. */
async function pageAt(path: string, page: ConsoleFile): Promise<ConsoleFile> {
  const up = '../'.repeat(path.split('/').length - 1) || './';
  const bytes = Buffer.from(named(page.bytes.toString('utf8'), up));
  return { ...page, bytes, zipped: await promisify(gzip)(bytes) };
}

const named = (page: string, folder: string): string => page.replaceAll('="./', `="${folder}`);
