// The Node.js that Millrace runs on where the machine's own is too old.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const isWindows = process.platform === 'win32';

/** Says of this process's Node.js whether it is that version or a newer one; never so where a fetched one is asked for. */
export function isAtLeast(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (process.env.MILLRACE_NODE === 'pinned') return false;
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** The folder into which a checkout of Millrace fetches it, once for all checkouts of a person. */
export const nodeFolder = () => {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const caches = (isWindows ? LOCALAPPDATA : XDG_CACHE_HOME) || join(homedir(), '.cache');
  return join(caches, 'millrace', 'node');
};

/** The package that has Node.js for this machine. */
export const nodePackage = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;

/** Returns the program in the package at `folder`; undefined where it is not there. */
export function nodeIn(folder) {
  const program = join(folder, 'bin', isWindows ? 'node.exe' : 'node');
  return existsSync(program) ? program : undefined;
}

export const fetchedNode = () => nodeIn(join(nodeFolder(), 'node_modules', nodePackage));
