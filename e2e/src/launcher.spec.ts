import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { HEAP_MB, heapOptions } from '../../services/millrace/bin/heap.mjs';
import { ROOT } from './processes.js';
import { onUnix } from './on-unix.js';

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

describe('the limit of the heap', () => {
  /** Prints V8's limit, in MB, each time that a Node.js starts. */
  const PRINT = `data:text/javascript,import { getHeapStatistics } from 'node:v8';
    console.log('pid', process.pid, 'limit', Math.round(getHeapStatistics().heap_size_limit / 2 ** 20))`.replace(
    /\s+/g,
    '%20',
  );

  /** Runs the command line in a Node.js with these options. Returns the process id and the limit each time that a Node.js began. */
  function begun(args: readonly string[], options = '') {
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: `--import=${PRINT} ${options}` };
    const said = execFileSync(process.execPath, ['services/millrace/bin/millrace.mjs', ...args], { cwd: ROOT, env });
    return [...said.toString().matchAll(/^pid (\d+) limit (\d+)$/gm)].map(([, pid, mb]) => ({ pid, mb: Number(mb) }));
  }

  /** The young generation, which V8 counts too, has less than this. */
  const YOUNG_MB = 256;

  onUnix('a service that the command line starts has one, and keeps its process id', () => {
    const all = begun(['start', '--help']);
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
    expect(all.at(-1)?.mb).toBeLessThan(HEAP_MB.service + YOUNG_MB);
  });

  onUnix('a limit that is set stays, and other commands start once', () => {
    expect(begun(['start', '--help'], '--max-old-space-size=3000')).toHaveLength(1);
    expect(begun(['--help'])).toHaveLength(1);
  });

  test.each([
    { name: 'none is set', set: {}, expected: ['--max-old-space-size=1024'] },
    { name: 'V8 takes less by itself, as in a small container', set: { ownLimit: 259 * 2 ** 20 }, expected: [] },
    { name: 'NODE_OPTIONS sets one', set: { env: { NODE_OPTIONS: '--max_old_space_size=300' } }, expected: [] },
    { name: 'Node.js was started with one', set: { execArgv: ['--max-heap-size=300'] }, expected: [] },
    {
      name: 'NODE_OPTIONS sets something else',
      set: { env: { NODE_OPTIONS: '--enable-source-maps' } },
      expected: ['--max-old-space-size=1024'],
    },
  ])('$name: $expected', ({ set, expected }) => {
    expect(heapOptions(1_024, { env: {}, execArgv: [], ownLimit: 4_288 * 2 ** 20, ...set })).toEqual(expected);
  });
});
