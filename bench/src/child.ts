import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnv } from './config.js';

const GRACE_MS = 20_000;

/** A process of ours that says when it is ready, and ends when we do or say so. */
export interface Child extends AsyncDisposable {
  /** The first message it sends; rejects when it ends before. */
  readonly said: Promise<unknown>;
}

export interface ChildOptions {
  /** The first message to the process. */
  readonly told: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly cpuProfiles?: string | undefined;
  /** Stands in the list of processes; without it the module's name does. */
  readonly name?: string;
}

/** Starts a module beside this one, or the one of a URL. */
export function startChild(module: string | URL, { told, env = {}, cpuProfiles, name }: ChildOptions): Child {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), name === undefined ? [] : [name], {
    env: childEnv(env),
    // kafkajs asks for timers in the past, and Node says so each time.
    execArgv: [
      '--disable-warning=TimeoutNegativeWarning',
      ...(cpuProfiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfiles}`]),
    ],
    stdio: ['ignore', 2, 2, 'ipc'],
    // Away from the terminal: Ctrl-C reaches the first of us alone, which ends the others in order.
    detached: true,
  });
  const ended = once(child, 'exit');
  const said = Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    ended.then(([code, signal]: unknown[]) => {
      throw new Error(`${String(module)} ended (${String(signal ?? code)}) before it had said anything.`);
    }),
  ]);
  said.catch(() => undefined);
  child.send(told);
  return {
    said,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** The child's side: does `work` with what it is told, says what it gives, and ends on SIGTERM or with its parent. */
export function beChild<Told>(work: (told: Told, ending: AsyncDisposableStack) => Promise<unknown>): void {
  const ending = new AsyncDisposableStack();
  let stopping = false;
  const stop = (code: number) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), GRACE_MS / 2).unref();
    ending.disposeAsync().then(
      () => process.exit(code),
      (error: unknown) => fail(error),
    );
  };
  const fail = (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  };
  process.on('SIGTERM', () => stop(0));
  process.on('disconnect', () => stop(1));
  if (!process.connected) process.exit(1);
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  process.once('message', (told) => {
    work(told as Told, ending).then((said) => {
      process.send?.(said);
    }, fail);
  });
}
