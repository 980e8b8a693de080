// One server as one process: started, waited for, stopped, killed, started again.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const POLL_MS = 50;

/** The folder of `name` when the caller names none. */
export const defaultDataDir = (name) => fileURLToPath(new URL(`../../.millrace/infra/${name}`, import.meta.url));

function canListen(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(0) : reject(error),
    );
    probe.listen(port, '127.0.0.1', () => {
      const { port: got } = probe.address();
      probe.close(() => resolve(got));
    });
  });
}

/** `wanted` exactly (any for 0), or, when nothing is wanted, `usual` or the next port above it that is free and not in `taken`. */
export async function choosePort(wanted, usual, taken = new Set()) {
  if (wanted !== undefined) {
    const port = await canListen(wanted);
    if (port) return port;
    throw new Error(`Port ${wanted} is taken. Name another one, or leave it out to get the next free one.`);
  }
  for (let port = usual; port < usual + 200; port++) if (!taken.has(port) && (await canListen(port))) return port;
  throw new Error(`No port from ${usual} to ${usual + 199} is free.`);
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  // A process that ended but that nobody has waited for yet still takes signals.
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

async function gone(pid, withinMs) {
  const end = Date.now() + withinMs;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Ends `pid` with `signal`, and by force when it is still there `graceMs` later. */
export async function endProcess(pid, { signal = 'SIGTERM', graceMs = 20_000 } = {}) {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  if (await gone(pid, graceMs)) return;
  process.kill(pid, 'SIGKILL');
  await gone(pid, 5_000);
}

function tail(file, lines = 12) {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
}

/** Spawns away from our terminal, so that Ctrl-C reaches us alone and we end things in order. */
function launch({ command, args, logFile, ...options }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const out = openSync(logFile, 'a');
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', out, out] });
  closeSync(out);
  child.unref();
  return child;
}

/**
 * Starts `process` and resolves once `ready` does. `mayRetry` is given the end of the log of a start that failed, and how
 * many have failed so far, and says whether it is worth another one.
 */
export async function startServer({
  name,
  port,
  dataDir,
  outlive,
  process: what,
  ready,
  stop = {},
  mayRetry = () => false,
  log = () => {},
}) {
  const { logFile } = what;
  const timeoutMs = 60_000;
  let child;

  async function start() {
    const deadline = Date.now() + timeoutMs;
    for (let failures = 1; ; failures++) {
      child = launch(what);
      const failure = await answers(deadline);
      if (!failure) return;
      await kill9();
      if (Date.now() > deadline || !mayRetry(tail(logFile), failures))
        throw new Error(`${failure}\n${logFile} ends:\n${tail(logFile)}`);
      log(`${failure} It is started again; ${logFile} says why`);
      await sleep(POLL_MS);
    }
  }

  /** Resolves with nothing when the server answers, else with why it never will. */
  async function answers(deadline) {
    let ended;
    child.once('error', (error) => (ended = `${name} cannot be run: ${error.message}.`));
    child.once(
      'exit',
      (code, signal) => (ended ??= `${name} ended while starting (${signal ?? `exit code ${code}`}).`),
    );
    while (!ended) {
      if (await ready()) return undefined;
      if (Date.now() > deadline) return `${name} did not answer on port ${port} within ${timeoutMs / 1000} s.`;
      await sleep(POLL_MS);
    }
    return ended;
  }

  async function kill9() {
    if (child.pid && isAlive(child.pid)) await endProcess(child.pid, { signal: 'SIGKILL' });
  }

  const server = {
    get pid() {
      return child.pid;
    },
    port,
    dataDir,
    logFile,
    stop: () => endProcess(child.pid, stop),
    kill9,
    async restart() {
      await server.stop();
      await start();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  // Before it is started: we may be told to end while it starts.
  if (!outlive)
    process.once('exit', () => child?.pid && isAlive(child.pid) && process.kill(child.pid, stop.signal ?? 'SIGTERM'));
  await start();
  return server;
}
