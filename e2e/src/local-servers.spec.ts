import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@millrace/local';
import { freePort, until } from './processes.js';

const opening = new AsyncDisposableStack();
afterAll(() => opening.disposeAsync());

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-local-'));
  opening.defer(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Fails so often, as a server may whose files a `kill -9` left behind, and then answers. */
async function stubborn(failures: number) {
  const dataDir = await folder();
  const port = await freePort();
  const script = `const fs = require('node:fs');
fs.appendFileSync('starts', '.');
if (fs.readFileSync('starts').length <= ${failures}) throw new Error('a lock is left');
require('node:net').createServer((socket) => socket.end()).listen(${port}, '127.0.0.1');`;
  const { connect } = await import('node:net');
  const ready = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
  const lines: string[] = [];
  const start = () =>
    startServer({
      name: 'stubborn',
      port,
      dataDir,
      process: { command: process.execPath, args: ['-e', script], logFile: join(dataDir, 'log'), cwd: dataDir },
      ready,
      mayRetry: (_, failed) => failed < 3,
      log: (line) => lines.push(line),
    });
  return { start, lines };
}

test('a server whose first start fails is started again, and it is said', async () => {
  const { start, lines } = await stubborn(1);
  await using _server = await start();
  expect(lines).toEqual([
    expect.stringMatching(/^stubborn ended while starting \(exit code 1\)\. It is started again; .*log says why$/),
  ]);
});

test('a server that fails each time is given up, with what it said last', async () => {
  const { start, lines } = await stubborn(100);
  await expect(start()).rejects.toThrow(/ended while starting[\s\S]*a lock is left/);
  expect(lines).toHaveLength(2);
});

test('a server that is still starting ends with the process that starts it', async () => {
  const dataDir = await folder();
  const server = `const fs = require('node:fs');
fs.writeFileSync('new', String(process.pid));
fs.renameSync('new', 'pid');
setInterval(() => {}, 1_000);`;
  const program = `import { startServer } from ${JSON.stringify(import.meta.resolve('@millrace/local'))};
import { existsSync } from 'node:fs';
const dataDir = ${JSON.stringify(dataDir)};
await startServer({
  name: 'slow',
  port: 1,
  dataDir,
  process: { command: process.execPath, args: ['-e', ${JSON.stringify(server)}], logFile: dataDir + '/log', cwd: dataDir },
  ready: () => existsSync(dataDir + '/pid') && process.exit(0),
});`;
  await new Promise((resolve) => execFile(process.execPath, ['--input-type=module', '-e', program], resolve));
  const pid = Number(await readFile(join(dataDir, 'pid'), 'utf8'));
  const isAlive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  opening.defer(() => void (isAlive() && process.kill(pid, 'SIGKILL')));
  await until('the server has ended', () => !isAlive());
});
