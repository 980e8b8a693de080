import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { ROOT } from './processes.js';

const CHILD = `process.on("disconnect", () => process.exit()); if (process.connected === false) process.exit(); console.log(process.pid, process.ppid)`;
/** As npm starts a script: a shell stays in between. */
const COMMAND = `"${process.execPath}" scripts/node.mjs -e '${CHILD}'; exit $?`;
const NPM = `const env = { ...process.env, NPM: process.pid };
require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(COMMAND)}], { stdio: 'inherit', env })`;

const started: ChildProcess[] = [];

/** All that is started shares one standard output, which ends when the last of them has ended: no matter who reaps whom. */
function startAsNpmDoes(path = process.env['PATH']) {
  const env = { PATH: path, npm_lifecycle_event: 'start' };
  // In a group of its own, so that nothing of it outlives a test that fails.
  const npm = spawn(process.execPath, ['-e', NPM], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  started.push(npm);
  const lines = createInterface({ input: npm.stdout });
  return { npm, lines, allEnded: once(lines, 'close') };
}

async function startedAsNpmDoes() {
  const { lines, ...rest } = startAsNpmDoes();
  const [line] = (await once(lines, 'line')) as [string];
  const [child, launcher] = line.split(' ').map(Number) as [number, number];
  return { ...rest, launcher, child };
}

afterEach(() => {
  for (const { pid } of started.splice(0)) {
    try {
      process.kill(-pid!, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
});

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix('what npm started ends when npm is killed', async () => {
  const { npm, allEnded } = await startedAsNpmDoes();
  npm.kill('SIGKILL');
  await allEnded;
});

onUnix('what the launcher started ends when the launcher is killed', async () => {
  const { launcher, allEnded } = await startedAsNpmDoes();
  process.kill(launcher, 'SIGKILL');
  await allEnded;
});

onUnix('what npm started ends when npm is killed before the launcher has looked for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-ps-'));
  try {
    // The launcher asks `ps` for npm; this one answers when npm is gone and its shell has been adopted.
    const ps = join(folder, 'ps');
    await writeFile(
      ps,
      `#!/bin/sh\nkill -9 $NPM\nwhile kill -0 $NPM 2>/dev/null; do :; done\nPATH='${process.env['PATH']}' exec ps "$@"\n`,
    );
    await chmod(ps, 0o755);
    const { allEnded } = startAsNpmDoes(`${folder}${delimiter}${process.env['PATH']}`);
    await allEnded;
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the command line of a checkout that was never built says what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'never-built-'));
  try {
    await cp(join(ROOT, 'services/millrace/bin'), join(folder, 'bin'), { recursive: true });
    const child = spawn(process.execPath, [join(folder, 'bin/millrace.mjs'), 'run', 'list'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, said]).toEqual([
      1,
      'Millrace is not built yet. Run "npm run build" in its repository, or "npm start", which builds and starts it.\n',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
