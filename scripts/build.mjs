// Compiles every project that changed, in the order of its references.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../deploy/local/server.mjs';
import { buildConsole } from './console.mjs';
import { transpileChanged } from './transpile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = `${root}node_modules/.cache/millrace`;
const stampFile = `${cache}/built`;
const lockFile = `${cache}/building`;
const LONGEST_BUILD_MS = 600_000;

/** Compiles the projects that `args` name, else all. */
export const build = (args = []) => alone(() => compile(args));

/** The same for all, but where nothing was touched since the last time the compiler is not even asked. */
export const buildIfChanged = () =>
  alone(() => (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp() ? 0 : compile([])));

/** Makes what `npm start` runs, quicker than `build` and without its checks of types. */
export const buildForStart = () =>
  alone(() => {
    transpileChanged((files) => console.log(`Compiling ${files} source files …`));
    if (buildConsole() !== 0) throw new Error('the console does not build: the errors are above');
  });

function compile(args) {
  const tsc = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));
  const types = spawnSync(process.execPath, [tsc, '-b', ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
  const status = types === 0 && args.length === 0 ? buildConsole() : types;
  if (status === 0 && args.length === 0) writeFileSync(stampFile, stamp());
  return status;
}

/** Waits until no other process builds: who starts a service meanwhile would read files that are half written. */
function alone(work) {
  mkdirSync(cache, { recursive: true });
  for (
    const end = Date.now() + LONGEST_BUILD_MS;
    !locks();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  )
    if (Date.now() > end)
      throw new Error(`Somebody else has been building for too long. If nobody is, delete ${lockFile}.`);
  try {
    return work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function locks() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8')) : 0;
    if (holder !== 0 && !isAlive(holder)) rmSync(lockFile, { force: true });
    return false;
  }
}

/** Stands for the names, sizes and times of all sources, and for what was made of each project. */
function stamp() {
  const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const projects = workspaces.map(
    (folder) => `${folder}/{package.json,tsconfig.json,tsconfig.tsbuildinfo,src/**/*.{ts,tsx,css}}`,
  );
  const hash = createHash('sha256');
  for (const file of globSync(['tsconfig*.json', 'package-lock.json', ...projects], { cwd: root }).sort()) {
    const { size, mtimeMs } = statSync(`${root}${file}`);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
    if (file.endsWith('tsconfig.json')) hash.update(`${existsSync(`${root}${dirname(file)}/dist`)}\n`);
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  process.exit(args[0] === '--if-changed' ? buildIfChanged() : build(args));
}
