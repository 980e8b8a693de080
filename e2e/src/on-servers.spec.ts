import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT, until } from './processes.js';
import { onUnix } from './on-unix.js';

/** A measurement that starts a service, prints its process id and never comes to an end. The servers are said to be there. */
const MEASUREMENT = `
  import { onServers } from './e2e/on-servers.mjs';
  import { Service } from './e2e/dist/processes.js';
  await onServers(async () => {
    const { pid } = await Service.start('asleep', { program: 'sleep', file: '600', env: {} });
    console.log(pid);
    await new Promise(() => setInterval(() => {}, 1_000));
  });
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

onUnix.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a measurement that is stopped by %s leaves no service behind', async (signal, expected) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', MEASUREMENT], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect(isAlive(Number(line))).toBe(true);
  child.kill(signal);
  expect(await ended).toEqual([expected, null]);
  await until('the service has ended', () => !isAlive(Number(line)));
});
