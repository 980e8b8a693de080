import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { find } from '@millrace/local';
import { z } from 'zod';
import { givenServers, ownEnv } from './config.js';
import type { SystemEntry, SystemProgram } from './system.js';

const folderOf = ({ name }: SystemEntry): string => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

/** The folder of the programs that were built for the benchmark. */
const BUILT = fileURLToPath(new URL('../../.millrace/bench-programs', import.meta.url));
const GO_FOLDERS = ['/usr/local/go/bin'];

/** Returns the path of a system's program: on the PATH, or built for the benchmark; undefined where there is none yet. */
export const programPath = (name: string): string | undefined => find(name, [BUILT]);

const isNeeded = (program: SystemProgram | undefined): program is SystemProgram =>
  program !== undefined && !givenServers()[program.instead] && programPath(program.name) === undefined;

/** Returns the reason why a system cannot be measured here, with what to do about it. */
export function missing({ program }: SystemEntry): string | undefined {
  if (!isNeeded(program) || (program.goPackage !== undefined && find('go', GO_FOLDERS))) return undefined;
  return `there is no ${program.name} on the PATH, and ${program.instead} names no server. ${program.remedy}`;
}

/** Builds the programs of systems that are written in Go, where they are neither there nor given. */
export function buildPrograms(systems: readonly SystemEntry[], log: (line: string) => void): void {
  for (const { name, program } of systems) {
    const go = find('go', GO_FOLDERS);
    if (!isNeeded(program) || program.goPackage === undefined || go === undefined) continue;
    log(`building ${program.goPackage} with Go (once, some minutes)`);
    const { status } = spawnSync(go, ['install', program.goPackage], {
      env: { ...ownEnv(), GOBIN: BUILT },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) throw new Error(`go install ${program.goPackage} failed. Leave ${name} out: --systems …`);
  }
}

/** Brings the packages of those systems that have their own, where they are not there yet. */
export function installPackages(systems: readonly SystemEntry[], log: (line: string) => void): void {
  for (const system of systems.filter(({ peer }) => peer)) {
    const folder = folderOf(system);
    const stamp = `${folder}/node_modules/.installed`;
    const wanted = createHash('sha256')
      .update(readFileSync(`${folder}/package-lock.json`))
      .digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
    log(`installing the packages of ${system.name} in ${folder} (once)`);
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`npm ci failed in ${folder}. Leave ${system.name} out: --systems …`);
    writeFileSync(stamp, wanted);
  }
}

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/** The packages and programs that systems consist of, by name. */
export async function versionsOf(systems: readonly SystemEntry[]): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const system of systems.filter(({ peer }) => peer)) {
    const manifest = await readFile(`${folderOf(system)}/package.json`, 'utf8');
    Object.assign(versions, Manifest.parse(JSON.parse(manifest)).dependencies);
    if (system.program) versions[system.program.name] = programVersion(system.program);
  }
  return versions;
}

function programVersion({ name, instead }: NonNullable<SystemEntry['program']>): string {
  if (givenServers()[instead]) return 'as given';
  const { stdout } = spawnSync(programPath(name) ?? name, ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout ?? '')?.[0] ?? 'unknown';
}
