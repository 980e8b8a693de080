// Fetches the Node.js of tools/node from the npm registry; `npm ci` runs this where the machine's own is too old.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchedNode, isAtLeast, nodeFolder, nodePackage } from '../services/millrace/bin/node.mjs';

const wanted = fileURLToPath(new URL('../tools/node', import.meta.url));

/** Returns the program that was fetched before, if it is the wanted version. */
export function upToDateNode() {
  const lock = (folder) => {
    const file = join(folder, 'package-lock.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  return lock(nodeFolder()) === lock(wanted) ? fetchedNode() : undefined;
}

/** Returns the program; undefined where there is none for this machine, or the registry cannot be reached. */
export function fetchNode() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(wanted, 'package.json'), 'utf8'));
  const version = optionalDependencies[nodePackage];
  if (version === undefined) return undefined;
  const folder = nodeFolder();
  console.error(`Fetching Node ${version}, because this is ${process.versions.node}: once, into ${folder} …`);
  mkdirSync(join(folder, '..'), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(wanted, file), join(temporary, file));
    if (!installs(temporary)) return undefined;
    // Headers for compiling add-ons are a third of the package.
    rmSync(join(temporary, 'node_modules', nodePackage, 'include'), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } catch (error) {
    // Another process was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return upToDateNode();
}

function installs(folder) {
  // The other settings of the npm that runs this script are about its own folder.
  const keeps = (name) =>
    !/^npm_/i.test(name) || /^npm_config_(?:registry|cache|userconfig|cafile|.*proxy)$/i.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => keeps(name)));
  const args = ['ci', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] };
  const { npm_execpath: npm } = process.env;
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  return status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isAtLeast(24, 9) && !upToDateNode()) fetchNode();
