import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from './installation.js';
import { ROOT, until } from './processes.js';

const opening = new AsyncDisposableStack();
afterAll(() => opening.disposeAsync());

/** Runs a program of this checkout, and hears what it says. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, said: () => said };
}

/** A folder as `npm run infra -- --data` leaves it, with the servers that the tests run on. */
async function infraFolder(database: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-infra-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', folder]);
  opening.defer(() => void server.kill('SIGKILL'));
  const env = { KAFKA_BROKERS: process.env['KAFKA_BROKERS'], DATABASE_URL: database };
  const entries = { kafka: { pid: server.pid, dataDir: folder, logFile: join(folder, 'server.log'), env } };
  await writeFile(join(folder, 'processes.json'), JSON.stringify(entries));
  return folder;
}

test('services run on the servers that infra started elsewhere, and the command line finds the gateway where its port was taken', async () => {
  const name = `launcher_${process.pid}`;
  const database = await createDatabase(name);
  opening.defer(() => dropDatabase(name));
  const folder = await infraFolder(database);
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  opening.defer(() => void other.close());
  const { port } = other.address() as { port: number };

  const options = ['--no-build', '--only', 'gateway', '--data', folder];
  const env = { PORT: String(port), TOPIC_PREFIX: `launcher-${process.pid}.`, LOG_LEVEL: 'warn' };
  const services = run(['scripts/services.mjs', ...options], env);
  await using running = new AsyncDisposableStack();
  running.defer(async () => {
    services.child.kill('SIGTERM');
    await services.ended;
  });
  const url = await until(
    'it says where the gateway is',
    () => /is taken: the gateway is at (http:\/\/127\.0\.0\.1:\d+)/.exec(services.said())?.[1],
  );
  expect(Number(new URL(url).port)).toBeGreaterThan(port);
  await until('the command line finds it', async () => {
    const cli = run(['services/millrace/bin/millrace.mjs', 'run', 'list']);
    return (await cli.ended) === 0;
  });
  expect(await readFile(join(ROOT, '.millrace/url'), 'utf8')).toBe(url);
});

test('where nothing runs, services say so, and where they looked', async () => {
  const nothing = join(tmpdir(), 'millrace-nothing-here');
  const services = run(['scripts/services.mjs', '--no-build', '--only', 'gateway', '--data', nothing]);
  expect(await services.ended).toBe(1);
  expect(services.said()).toContain(
    `KAFKA_BROKERS and DATABASE_URL are not set, and npm run infra does not run in ${nothing}. Start it first`,
  );
});
