// Which servers `npm run infra` has started: written down, so that another call can show and end them, and services find them.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../deploy/local/server.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const usual = join(root, '.millrace/infra');
/** Names the folder of the last `--data` that this checkout was given. */
const pointer = join(root, '.millrace/infra-data');

/** The folder that `--data` names, else the usual one. */
export const infraFolder = (data) => resolve(data ?? usual);

/** Returns the servers that run out of a folder. */
export function infraBook(folder) {
  const file = join(folder, 'processes.json');
  const envFile = join(folder, 'env.json');
  const read = (name) => (existsSync(name) ? JSON.parse(readFileSync(name, 'utf8')) : {});
  return {
    /** Entries by name, of processes that still run. A number that went to another program since does not count. */
    running() {
      const entries = Object.entries(read(file));
      return Object.fromEntries(entries.filter(([, { pid, dataDir }]) => isAlive(pid) && worksIn(pid, dataDir)));
    },
    write(entries) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, JSON.stringify(entries, null, 2) + '\n');
      if (Object.keys(entries).length > 0) {
        writeFileSync(envFile, JSON.stringify(environmentOf(entries), null, 2) + '\n');
        remember(folder);
      } else for (const name of [file, envFile]) rmSync(name, { force: true });
    },
  };
}

/** On Linux a server is known by its working folder; elsewhere the process id has to do. */
function worksIn(pid, dataDir) {
  const cmdline = `/proc/${pid}/cmdline`;
  if (!existsSync(cmdline)) return true;
  const said = readFileSync(cmdline, 'utf8');
  return said.includes(dataDir) || said.includes(join('jaeger', 'bin', 'jaeger'));
}

const environmentOf = (entries) => Object.assign({}, ...Object.values(entries).map((entry) => entry.env));

function remember(folder) {
  if (folder === usual) return rmSync(pointer, { force: true });
  mkdirSync(join(root, '.millrace'), { recursive: true, mode: 0o711 });
  writeFileSync(pointer, `${folder}\n`);
}

/** Finds the folder in which servers run: the one that is named, else the usual one, else that of the last `--data`; with what they told to export. */
export function runningInfra(data) {
  const last = existsSync(pointer) ? [readFileSync(pointer, 'utf8').trim()] : [];
  const folders = data === undefined ? [usual, ...last] : [infraFolder(data)];
  for (const folder of folders) {
    const entries = infraBook(folder).running();
    if (Object.keys(entries).length > 0) return { folder, isUsual: folder === usual, env: environmentOf(entries) };
  }
  return undefined;
}
