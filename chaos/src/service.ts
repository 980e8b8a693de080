import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inherited } from './config.js';
import { until } from './waiting.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AGAIN_MS = 500;
const DRAIN_MS = 120_000;

export interface Command {
  /** The arguments of `node`. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  /** The file for the service's output. */
  readonly logFile: string;
}

/** A service as its own process, started again whenever it ends, as by an operator's supervisor. */
export class Service implements AsyncDisposable {
  /** The way in which it ended when it should not have: nobody had asked for it and it had started, or it was told to and did not do so in order. */
  readonly crashes: string[] = [];
  /** The number of times that it gave up starting, as a service may whose servers are away: it is started again. */
  failedStarts = 0;
  private child: ChildProcess | undefined;
  private ended: Promise<string> = Promise.resolve('');
  private isWanted = true;
  private provoked = false;
  private line: Promise<unknown> = Promise.resolve();
  /** The offset in the log at which this process begins. */
  private logFrom = 0;

  constructor(
    readonly name: string,
    private readonly command: Command,
  ) {
    this.run();
  }

  get url(): string {
    return `http://127.0.0.1:${this.command.port}`;
  }

  /** The process that is it now. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** It is to run: was not told to end for good. */
  get wanted(): boolean {
    return this.isWanted;
  }

  /** The last lines of its output. */
  get said(): string {
    return readFileSync(this.command.logFile, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
  }

  async ready(withinMs: number): Promise<boolean> {
    const asks = async () => {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(6_000) }).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.ok;
    };
    return (await until(asks, { withinMs })) === true;
  }

  /** Ends as by a crash: nothing is flushed, drained or said. */
  kill9(): Promise<void> {
    return this.inTurn(async () => {
      this.provoked = true;
      this.child?.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Sleeps without knowing it for `ms`, then goes on as if nothing had happened. */
  freeze(ms: number): Promise<void> {
    return this.inTurn(async () => {
      const { child } = this;
      child?.kill('SIGSTOP');
      await sleep(ms);
      child?.kill('SIGCONT');
    });
  }

  /** Told to end in order, and started again where `again`. Resolves with how it ended. */
  drain({ again }: { again: boolean }): Promise<string> {
    return this.inTurn(async () => {
      this.provoked = true;
      this.isWanted = again;
      const { child, started } = this;
      child?.kill('SIGTERM');
      const late = setTimeout(() => child?.kill('SIGKILL'), DRAIN_MS);
      const how = await this.ended;
      clearTimeout(late);
      if (started && how !== 'exit code 0') this.crashes.push(`was told to end, and ended with ${how}`);
      return how;
    });
  }

  /** Brings back one that was drained for good. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      this.isWanted = true;
      if (!this.child) this.run();
    });
  }

  /** Ends it without waiting. */
  abandon(): void {
    this.child?.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line;
    this.isWanted = false;
    this.provoked = true;
    const { child } = this;
    child?.kill('SIGCONT');
    child?.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), 5_000);
    await this.ended;
    clearTimeout(late);
  }

  /** One thing at a time is done to a service. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.line.then(work);
    this.line = turn.catch(() => undefined);
    return turn;
  }

  /** Returns true when the process that runs, or ended last, has said that it serves. */
  private get started(): boolean {
    const said = readFileSync(this.command.logFile).subarray(this.logFrom).toString();
    return /"msg":"Started\."|Millrace is ready/.test(said);
  }

  private endedUnasked(how: string): void {
    if (this.started) this.crashes.push(`ended by itself (${how})`);
    else this.failedStarts++;
  }

  private run(): void {
    const { args, env, port, logFile } = this.command;
    const out = openSync(logFile, 'a');
    this.logFrom = statSync(logFile).size;
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...inherited(), ...env, PORT: String(port) },
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    this.child = child;
    this.provoked = false;
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        const how = signal ?? `exit code ${code}`;
        this.child = undefined;
        if (!this.provoked) this.endedUnasked(how);
        // One that ends by itself at once must not keep the machine busy with starting it.
        if (this.isWanted) setTimeout(() => this.isWanted && !this.child && this.run(), this.provoked ? 0 : AGAIN_MS);
        resolve(how);
      }),
    );
  }
}
