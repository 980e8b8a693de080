// Compiles every project that changed, in the order of its references.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.cache/millrace/built`;

export function build(args = []) {
  const tsc = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));
  return spawnSync(process.execPath, [tsc, '-b', ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** The same, but where nothing was touched since the last time the compiler is not even asked. */
export function buildIfChanged() {
  const before = stamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === before) return 0;
  const status = build();
  if (status !== 0) return status;
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp());
  return 0;
}

/** Stands for the names, sizes and times of all sources, and for what was made of each project. */
function stamp() {
  const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const projects = workspaces.map(
    (folder) => `${folder}/{package.json,tsconfig.json,tsconfig.tsbuildinfo,src/**/*.ts}`,
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
