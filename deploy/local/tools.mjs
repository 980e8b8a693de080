// Finds the programs that the servers are made of, and says what to install when one is missing.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The full path of `program`: on PATH, else in one of `folders`. */
export function find(program, folders = []) {
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...path, ...folders].map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** The same, or an error that says how to get it. */
export function need(program, { folders, remedy }) {
  const found = find(program, folders);
  if (!found) throw new Error(`${program} was not found. ${remedy}`);
  return found;
}

/** Newest first: Debian keeps PostgreSQL's server programs off PATH, one folder a version. */
export function postgresFolders(base = '/usr/lib/postgresql') {
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(base, version, 'bin'));
}

/** The Java to run Kafka on, which asks for 17. */
export function needJava() {
  const remedy =
    'Kafka needs Java 17 or newer; on Debian: apt-get install openjdk-17-jre-headless (or default-jre-headless).';
  const home = process.env.JAVA_HOME;
  const java = need('java', { folders: home ? [join(home, 'bin')] : [], remedy });
  const said = spawnSync(java, ['-version'], { encoding: 'utf8' }).stderr ?? '';
  const major = Number(/version "(?:1\.)?(\d+)/.exec(said)?.[1]);
  if (!(major >= 17)) throw new Error(`${java} is Java ${major || 'of an unknown version'}. ${remedy}`);
  return java;
}

/** Runs a program to its end; rejects with what it said when it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    child.once('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(said);
      else
        reject(new Error(`${command} ${args[0] ?? ''} failed (${signal ?? `exit code ${code}`}):\n${said.trimEnd()}`));
    });
  });
}
