// Builds the console, the web application in services/console, into the static files that the gateway serves.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.cache/millrace/console`;
const built = `${root}services/gateway/public/console/index.html`;
/** The most bytes of scripts, as they are sent: of the first page, and of all pages. */
const MOST = { first: 230 * 1024, all: 520 * 1024 };
const SOURCES = [
  'services/console/{index.html,vite.config.js}',
  'services/console/{src,static}/**/*',
  'libs/client/src/**/*.ts',
  'node_modules/vite/package.json',
];

/** Builds the console unless nothing it is made from has changed since the last build. Returns the exit status of Vite. */
export function buildConsole() {
  const now = stamp();
  if (existsSync(built) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === now) return 0;
  const vite = `${root}node_modules/vite/bin/vite.js`;
  const args = [vite, 'build', `${root}services/console`, '--logLevel', 'error'];
  const status = spawnSync(process.execPath, args, { cwd: `${root}services/console`, stdio: 'inherit' }).status ?? 1;
  if (status === 0) {
    const tooLarge = sizeProblem();
    if (tooLarge !== undefined) {
      console.error(tooLarge);
      return 1;
    }
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, now);
  }
  return status;
}

/** Returns the size in bytes, as it is sent, of the scripts that the first page needs, and of all of them. */
export function consoleSizes() {
  const folder = dirname(built);
  const sizeOf = (file) => gzipSync(readFileSync(`${folder}/${file}`)).length;
  const first = [...readFileSync(built, 'utf8').matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
    ([, file]) => file,
  );
  const all = globSync('assets/*.js', { cwd: folder });
  const sum = (files) => files.reduce((total, file) => total + sizeOf(file), 0);
  return { first: sum(first), all: sum(all) };
}

/** Says which bound the scripts exceed; undefined where they keep to them. */
function sizeProblem() {
  const { first, all } = consoleSizes();
  const inKb = (bytes) => `${Math.ceil(bytes / 1024)} KB`;
  if (first > MOST.first)
    return `The console's first page loads ${inKb(first)} of scripts (gzip), more than ${inKb(MOST.first)}: load what it does not need later.`;
  if (all > MOST.all) return `The console's scripts are ${inKb(all)} (gzip), more than ${inKb(MOST.all)}.`;
  return undefined;
}

/** Stands for the names, sizes and times of all files that the console is made from. */
function stamp() {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: root }).sort()) {
    const { size, mtimeMs } = statSync(`${root}${file}`);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(buildConsole());
