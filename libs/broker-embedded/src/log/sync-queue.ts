import { setImmediate as turn } from 'node:timers/promises';
import { BrokerError } from '@millrace/broker';
import type { Segments } from './segments.js';

/** The longest that a sync waits for writes that are about to come. A chain of ten stages takes about a millisecond where the processor is free. */
const LINGER_MS = 3;

interface Waiting {
  /** The address below which all must be on the disk. */
  readonly end: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** Brings what is written to the disk, again and again while there is more: one sync stands for all writes before it. */
export class SyncQueue {
  /** Set once a sync has failed: what the disk then holds is not known, so nothing more is written. */
  broken: BrokerError | undefined;
  #position: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(
    readonly segments: Segments,
    /** Without it, what is written counts as being on the disk. */
    readonly enabled: boolean,
    readonly log: { readonly onProgress: () => void; readonly hasMore: () => boolean },
  ) {
    this.#position = segments.end;
  }

  /** All below it is surely on the disk. */
  get durable(): number {
    return this.enabled ? this.#position : 0;
  }

  /** The number of bytes that are written and not yet synced. */
  get behind(): number {
    return this.segments.end - this.#position;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#running ??= this.#run();
  }

  reached(address: number): Promise<void> {
    if (this.broken) return Promise.reject(this.broken);
    if (this.#position >= address) return Promise.resolve();
    return new Promise((resolve, reject) => this.add({ end: address, done: resolve, failed: reject }));
  }

  /** Resolves when no sync is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.broken) {
      if (this.enabled) await this.#untilQuiet();
      const end = this.segments.end;
      try {
        if (this.enabled) await this.segments.sync();
        else await Promise.resolve();
      } catch (cause) {
        this.#break(cause);
        return;
      }
      this.#position = end;
      const reached = this.#waiting.findIndex((waiting) => waiting.end > end);
      for (const { done } of this.#waiting.splice(0, reached < 0 ? this.#waiting.length : reached)) done();
      this.log.onProgress();
    }
    this.#running = undefined;
  }

  /** A sync holds up the writes that come during it, so those that are about to come go first: for as long as a short chain of stages takes. */
  async #untilQuiet(): Promise<void> {
    const latest = performance.now() + LINGER_MS;
    for (let end = -1; (end !== this.segments.end || this.log.hasMore()) && performance.now() < latest; await turn())
      end = this.segments.end;
  }

  #break(cause: unknown): void {
    this.broken = new BrokerError(
      'BROKER_UNAVAILABLE',
      `The disk has failed under the log in ${this.segments.dir}; it is not known whether the last records are on it. ` +
        'Check the disk and start again: the log goes on from what it holds.',
      { cause },
    );
    for (const { failed } of this.#waiting.splice(0)) failed(this.broken);
  }
}
