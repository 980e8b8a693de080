import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Asked, Told } from './pglite-worker.js';

type Rows = { rows: unknown[]; affectedRows: number | undefined };
interface Pending {
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: Error) => void;
}

/** Answers one statement. */
export interface Queries {
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
}

/**
 * PGlite in a thread of its own: what it computes, and the disk it waits for, hold up nobody here. One statement at a
 * time, and none of anybody else's within a transaction.
 */
export class PGliteThread implements Queries {
  closed = false;
  readonly ready = true;
  readonly waitReady = Promise.resolve();
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private turn: Promise<unknown> = Promise.resolve();
  private next = 1;

  constructor(dir: string) {
    // From source (in tests) as from what was built: Node reads both.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.worker = new Worker(new URL(`./pglite-worker.${extension}`, import.meta.url), { workerData: { dir } });
    this.worker.on('message', (told: Told) => this.told(told));
    this.worker.on('error', (cause) => this.ended(new Error('The thread of the store has failed.', { cause })));
    this.worker.on('exit', () => this.ended(new Error('The thread of the store has ended.')));
  }

  query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    return this.alone(() => this.ask(text, values));
  }

  transaction<T>(work: (inner: Queries) => Promise<T>): Promise<T> {
    return this.alone(async () => {
      await this.ask('begin', []);
      try {
        const result = await work({ query: (text, values = []) => this.ask(text, values) });
        await this.ask('commit', []);
        return result;
      } catch (error) {
        await this.ask('rollback', []);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.turn;
    const ended = once(this.worker, 'exit');
    this.worker.postMessage('close');
    await ended;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private ask(text: string, values: readonly unknown[]): Promise<Rows> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage({ id, text, values } satisfies Asked);
    });
  }

  private told(told: Told): void {
    const asked = this.pending.get(told.id);
    this.pending.delete(told.id);
    if ('rows' in told) return asked?.resolve({ rows: [...told.rows], affectedRows: told.affectedRows });
    const { message, code } = told.error;
    asked?.reject(Object.assign(new Error(message), { code }));
  }

  private ended(error: Error): void {
    this.closed = true;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
