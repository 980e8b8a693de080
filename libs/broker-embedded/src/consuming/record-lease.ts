import { setMaxListeners } from 'node:events';
import { backOffMs, present } from '@millrace/contracts';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Incoming, Source } from '@millrace/broker';
import { keyText, type Partition, type Subscription, type Watcher } from '../log/catalog.js';
import type { Lease } from '../log/commit.js';
import { REJECTED } from './waiting.js';
import { OffsetWindow } from './progress.js';
import type { LogReader } from '../log/reader.js';

const WINDOW = 4096;
/** Read ahead at once, in records. */
const AHEAD = 64;
/** No more is read while so many bytes wait. */
const HELD_BYTES = 4 * 1024 * 1024;

export interface RecordTask {
  readonly record: Incoming;
  readonly bytes: number;
  /** Set where records of its key are to be handled one after the other. */
  readonly key: string | undefined;
  failures: number;
}

/** A partition whose records are handled at once and finish in any order. */
export class RecordLease implements Lease, Watcher {
  readonly window: OffsetWindow;
  /** Records that are being handled. */
  inFlight = 0;
  ended = false;
  /** One for all records of the lease: they are lost together. */
  readonly #abort = new AbortController();
  #next: number;
  #ready: RecordTask[] = [];
  /** For each key in hand, what waits behind it. */
  readonly #behind = new Map<string, RecordTask[]>();
  readonly #retries = new Set<Timer>();
  #waiting = 0;
  #bytes = 0;

  constructor(
    readonly subscription: Subscription,
    readonly partition: Partition,
    readonly from: { source: Source; reader: LogReader; wake: () => void },
  ) {
    const progress = subscription.progressIn(partition.id);
    this.window = new OffsetWindow(progress);
    this.#next = progress.mark;
    // Whoever handles a record may listen.
    setMaxListeners(0, this.#abort.signal);
    partition.watchers.add(this);
  }

  /** Aborted when the records are no longer this owner's. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Taken from the log and not started. */
  get queued(): number {
    return this.#ready.length + this.#waiting + this.#retries.size;
  }

  written(): void {
    this.from.wake();
  }

  /** The next record that may be handled now. */
  take(): RecordTask | undefined {
    if (this.#ready.length === 0) this.#fill();
    const task = this.#ready.shift();
    if (task) this.#bytes -= task.bytes;
    return task;
  }

  /** The record is answered: the next one of its key may go. */
  answered({ key }: RecordTask): void {
    if (key === undefined) return;
    const next = this.#behind.get(key)?.shift();
    if (!next) this.#behind.delete(key);
    else {
      this.#waiting--;
      this.#ready.push(next);
    }
  }

  /** The record comes again, later each time. */
  again(task: RecordTask): void {
    const ms = backOffMs(REJECTED, ++task.failures);
    const timer = startTimer(ms, () => {
      this.#retries.delete(timer);
      this.#push(task);
      this.from.wake();
    });
    this.#retries.add(timer);
  }

  /** Aborts what is in flight. What it answers is not committed any more. */
  end(reason: Error): void {
    this.ended = true;
    this.partition.watchers.delete(this);
    for (const timer of this.#retries) timer.stop();
    this.#retries.clear();
    this.#ready = [];
    this.#waiting = 0;
    this.#abort.abort(reason);
  }

  #fill(): void {
    const { source, reader } = this.from;
    const limit = source.window ?? WINDOW;
    while (this.#ready.length < AHEAD && this.#bytes < HELD_BYTES) {
      const chunk = reader.read(this.partition, this.#next);
      if (!chunk) {
        this.#next = this.partition.end;
        this.window.skipTo(this.#next);
        this.window.settle();
        return;
      }
      for (let at = chunk.at; at < chunk.records.length; at++) {
        const record = present(chunk.records[at], 'record of the chunk');
        if (record.offset - this.window.progress.mark > limit && !this.#reaches(record.offset, limit)) return;
        if (this.#ready.length >= AHEAD || this.#bytes >= HELD_BYTES) return;
        this.#next = record.offset + 1;
        if (this.window.give(record.offset)) this.#admit(record);
      }
    }
  }

  /** Returns true when the offset is within the window once the mark has moved over what was removed from the log. */
  #reaches(offset: number, limit: number): boolean {
    this.window.skipTo(offset);
    this.window.settle();
    return offset - this.window.progress.mark <= limit;
  }

  #admit(record: Incoming): void {
    const key = this.from.source.ordered && record.key !== null ? keyText(record.key) : undefined;
    const task = { record, bytes: record.value?.length ?? 0, key, failures: 0 };
    if (key !== undefined) {
      const behind = this.#behind.get(key);
      if (behind) {
        behind.push(task);
        this.#waiting++;
        return;
      }
      this.#behind.set(key, []);
    }
    this.#push(task);
  }

  #push(task: RecordTask): void {
    this.#ready.push(task);
    this.#bytes += task.bytes;
  }
}
