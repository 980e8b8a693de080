import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Terminal } from '@millrace/cli';
import { startInterval } from '@millrace/contracts/timers';
import { HEAP_MB, heapOptions } from '../bin/heap.mjs';
import { watchSources } from './watch-sources.js';

export interface SupervisorOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly terminal: Pick<Terminal, 'env' | 'say' | 'signal'>;
  /** Starts again when a source is saved. */
  readonly watch: boolean;
}

/** Services finish within this long before they start again: a run goes on where it stood. */
const DRAIN_MS = 2_000;
const LOOK_MS = 500;

/**
 * Keeps one process with all services of a project running. When a source is saved the process drains, ends and is started
 * again on the same data. A project that cannot start is told, and waited for until something is saved.
 */
export class Supervisor {
  private child: ChildProcess | undefined;
  private changed: string[] = [];
  private wake: (() => void) | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: SupervisorOptions) {}

  /** Resolves with the exit code when the person gives up, or, without watching, when the process ends. */
  async run({ fresh }: { fresh: boolean }): Promise<number> {
    const { folder, terminal, watch } = this.options;
    const dataDir = resolve(folder, terminal.env['MILLRACE_DATA']?.trim() || '.millrace');
    if (fresh) await rm(dataDir, { recursive: true, force: true });
    await using _ = watch ? await watchSources({ folder, dataDir }, (paths) => this.sourcesChanged(paths)) : undefined;
    terminal.signal.addEventListener('abort', () => this.stop());
    using _npm = this.followNpm();
    for (let again = false; ; again = true) {
      const code = await this.once(again);
      if (this.stopping.signal.aborted || !watch) return code;
      if (this.changed.length === 0) {
        terminal.say(`It ended (${code}): it starts again when a file is saved. Stop with Ctrl-C.\n`);
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
      if (this.stopping.signal.aborted) return code;
      terminal.say(`${described(this.changed, folder)} changed: starting again …\n`);
      this.changed = [];
    }
  }

  private once(again: boolean): Promise<number> {
    const { folder, terminal } = this.options;
    const main = fileURLToPath(import.meta.resolve('@millrace/standalone/main'));
    const args = [...heapOptions(HEAP_MB.all, { env: terminal.env }), main, '--dev', ...(again ? ['--again'] : [])];
    const child = (this.child = spawn(process.execPath, args, {
      cwd: folder,
      env: { DRAIN_MS: String(DRAIN_MS), ...terminal.env },
      // Its end of the channel closes when we are gone, however that comes, and it ends with us.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    }));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.child = undefined;
        resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
      });
    });
  }

  /** npm that is killed tells nobody: what it started has to see for itself. */
  private followNpm(): Disposable {
    const npm = process.ppid;
    const isFollowed = this.options.terminal.env['npm_lifecycle_event'] !== undefined;
    const looking = startInterval(LOOK_MS, () => {
      if (isFollowed && process.ppid !== npm) this.stop();
    });
    return { [Symbol.dispose]: () => looking.stop() };
  }

  private sourcesChanged(paths: readonly string[]): void {
    this.changed.push(...paths.filter((path) => !this.changed.includes(path)));
    this.wake?.();
    this.child?.kill('SIGTERM');
  }

  private stop(): void {
    this.stopping.abort();
    this.wake?.();
    this.child?.kill('SIGTERM');
  }
}

function described(paths: readonly string[], folder: string): string {
  const [first = 'a file', ...more] = paths.map((path) => relative(folder, path));
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
