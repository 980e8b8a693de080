import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Told } from './pglite-worker.js';

/**
 * PGlite in a thread of its own: what it computes, and the disk it waits for, hold up nobody here. It speaks
 * PostgreSQL's protocol, with one connection at a time: what one leaves behind, the next one finds.
 */
export class PGliteServer implements AsyncDisposable {
  private readonly worker: Worker;
  private readonly links = new Map<number, Link>();
  private made = 0;
  private gone: Error | undefined;

  constructor(dir: string) {
    // From source (in tests) as from what was built: Node reads both.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.worker = new Worker(new URL(`./pglite-worker.${extension}`, import.meta.url), { workerData: { dir } });
    this.worker.on('message', ({ link, bytes }: Told) => this.links.get(link)?.push(bytes));
    this.worker.on('error', (cause) => this.ended(new Error('The thread of the store has failed.', { cause })));
    this.worker.on('exit', () => this.ended(new Error('The thread of the store has ended.')));
  }

  /** Returns a stream that a client uses as its socket. */
  connect(): Duplex {
    const id = ++this.made;
    const link = new Link((bytes) => this.worker.postMessage({ link: id, bytes } satisfies Told));
    if (this.gone) link.destroy(this.gone);
    else this.links.set(id, link);
    return link.once('close', () => this.links.delete(id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.gone) return;
    const ended = once(this.worker, 'exit');
    this.worker.postMessage('close');
    await ended;
  }

  private ended(error: Error): void {
    this.gone ??= error;
    for (const link of this.links.values()) link.destroy(this.gone);
  }
}

/** "I am leaving", in PostgreSQL's protocol: there is nobody else who could use the server, so it is not told. */
const TERMINATE = 0x58;

/** One client's connection: each of its messages, or several at once, to the thread, and what comes back. */
class Link extends Duplex {
  constructor(private readonly tell: (bytes: Uint8Array) => void) {
    super();
  }

  /* What `pg` asks of a socket. */
  connect(): void {
    process.nextTick(() => this.emit('connect'));
  }
  setNoDelay(): void {
    // There is no delay.
  }
  ref(): void {
    // The thread keeps the process alive until it is closed.
  }
  unref(): void {
    // As above.
  }

  override _read(): void {
    // It comes when the thread has answered.
  }

  override _write(bytes: Buffer, _: string, done: () => void): void {
    if (bytes[0] !== TERMINATE) this.tell(bytes);
    done();
  }

  override _writev(writes: readonly { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(writes.map(({ chunk }) => chunk)), '', done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
