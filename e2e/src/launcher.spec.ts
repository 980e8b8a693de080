import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT, until } from './processes.js';

const CHILD = `process.on("disconnect", () => process.exit()); console.log(process.pid, process.ppid)`;
/** As npm starts a script: a shell stays in between. */
const COMMAND = `"${process.execPath}" scripts/node.mjs -e '${CHILD}'; exit $?`;
const NPM = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(COMMAND)}], { stdio: 'inherit' })`;

async function startAsNpmDoes(): Promise<{ npm: ChildProcess; launcher: number; child: number }> {
  const env = { PATH: process.env['PATH'], npm_lifecycle_event: 'start' };
  const npm = spawn(process.execPath, ['-e', NPM], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: npm.stdout })) {
    const [child, launcher] = line.split(' ').map(Number) as [number, number];
    return { npm, launcher, child };
  }
  throw new Error('The child said nothing.');
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix('what npm started ends when npm is killed', async () => {
  const { npm, launcher, child } = await startAsNpmDoes();
  npm.kill('SIGKILL');
  await until('child and launcher are gone', () => !isAlive(child) && !isAlive(launcher));
});

onUnix('what the launcher started ends when the launcher is killed', async () => {
  const { npm, launcher, child } = await startAsNpmDoes();
  process.kill(launcher, 'SIGKILL');
  await until('the child is gone', () => !isAlive(child));
  await until('npm has ended', () => npm.exitCode !== null || npm.signalCode !== null);
});
