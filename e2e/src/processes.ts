import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HEAP_MB, heapOptions } from '../../services/millrace/bin/heap.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Polls until `condition` gives something, and says what it waited for when it does not. */
export async function until<T>(
  what: string | (() => string),
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 120_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) {
      const said = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${withinMs / 1000} s in vain: ${said}.`);
    }
    await sleep(50);
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Command {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  /** The interpreter of the file; Node without it. */
  readonly program?: string;
  /** The folder that it is started in; the repository without it. */
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
// A process that ends in the middle of its work leaves no service behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A service as its own process, as an operator runs it: started again whenever it is gone. */
export class Service implements AsyncDisposable {
  private child: ChildProcess | undefined;
  private stopping = false;
  private ended: Promise<void> = Promise.resolve();
  private readonly lines: string[] = [];

  private constructor(
    readonly name: string,
    private readonly command: Command,
    readonly url: string,
  ) {}

  static async start(name: string, options: Command & { port?: number }): Promise<Service> {
    const port = options.port ?? (await freePort());
    const env = { PATH: process.env['PATH'], ...options.env, PORT: String(port) };
    const service = new Service(name, { ...options, env }, `http://127.0.0.1:${port}`);
    service.run();
    return service;
  }

  private run(): void {
    const { file, env, program = process.execPath, cwd = ROOT } = this.command;
    const heap = program === process.execPath ? heapOptions(HEAP_MB.service, { env }) : [];
    const child = spawn(program, [...heap, resolve(ROOT, file)], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    running.add(child);
    const hear = (chunk: Buffer) =>
      this.lines.push(...chunk.toString().split('\n').slice(-50)) > 400 && this.lines.splice(0, 200);
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    void this.ended.then(() => {
      running.delete(child);
      if (!this.stopping && this.child === child) this.run();
    });
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The last lines of its output, for the message of a test that fails. */
  get said(): string {
    return this.lines.slice(-40).join('\n');
  }

  async ready(withinMs?: number): Promise<void> {
    const asks = async () => (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok;
    await until(`${this.name} is ready\n${this.said}`, asks, withinMs).catch((cause: unknown) => {
      throw new Error(`${this.name} did not become ready. It said last:\n${this.said}`, { cause });
    });
  }

  /** Ends as by a crash: nothing is flushed, drained or said. */
  async kill9(): Promise<void> {
    const ended = this.ended;
    this.child?.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping = true;
    this.child?.kill('SIGTERM');
    const late = setTimeout(() => this.child?.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(late);
  }
}
