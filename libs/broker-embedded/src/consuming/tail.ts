import { setImmediate as turn } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import type { Incoming, Tail } from '@millrace/broker';
import type { Partition, Watcher } from '../log/catalog.js';
import type { CommitLog } from '../log/log.js';

/** Shows what is on the disk in some topics, and what comes, each partition in order. */
export class LogTail implements Tail, Watcher {
  readonly caughtUp: Promise<void>;
  readonly #next = new Map<Partition, number>();
  readonly #reading = new Map<Partition, Promise<void>>();
  #closed = false;

  constructor(
    readonly log: CommitLog,
    readonly options: { topics: readonly string[]; from: 'start' | 'end'; see: (record: Incoming) => void },
  ) {
    const partitions = options.topics.flatMap((topic) => log.catalog.topic(topic).partitions);
    for (const partition of partitions) {
      this.#next.set(partition, options.from === 'start' ? partition.start : partition.end);
      partition.watchers.add(this);
    }
    // What is written and not yet on the disk was there as well.
    this.caughtUp = log
      .synced()
      .then(() => Promise.all(partitions.map((partition) => this.#read(partition))))
      .then();
    // Whoever does not wait for it need not hear of a failing disk here.
    this.caughtUp.catch(() => undefined);
  }

  get ended(): boolean {
    return this.#closed;
  }

  durable(partition: Partition): void {
    // A failure is logged there; the next record tries again.
    this.#read(partition).catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.abandon();
    return Promise.resolve();
  }

  abandon(): void {
    this.#closed = true;
    for (const partition of this.#next.keys()) partition.watchers.delete(this);
  }

  /** Resolves when all is seen that is on the disk. */
  #read(partition: Partition): Promise<void> {
    let reading = this.#reading.get(partition);
    if (!reading) this.#reading.set(partition, (reading = this.#readOn(partition)));
    return reading;
  }

  async #readOn(partition: Partition): Promise<void> {
    // It is under way, for all to see, before it can have ended.
    await Promise.resolve();
    try {
      while (!this.#closed && this.#readChunk(partition)) await turn();
    } catch (error) {
      this.log.settings.log?.error({ err: error, topic: partition.topic.name }, 'a tail cannot read on');
      throw error;
    } finally {
      this.#reading.delete(partition);
    }
  }

  /** Reads a chunk; returns true when there may be more. */
  #readChunk(partition: Partition): boolean {
    let next = present(this.#next.get(partition), 'position of the tail');
    if (next >= partition.durable) return false;
    const chunk = this.log.reader.read(partition, next);
    if (!chunk) return false;
    for (let at = chunk.at; at < chunk.records.length && !this.#closed; at++) {
      const record = present(chunk.records[at], 'record of the chunk');
      if (record.offset >= partition.durable) break;
      this.#next.set(partition, (next = record.offset + 1));
      this.#see(record);
    }
    return next < partition.durable;
  }

  #see(record: Incoming): void {
    try {
      this.options.see(record);
    } catch (error) {
      const { topic, partition, offset } = record;
      const name = error instanceof Error ? error.name : typeof error;
      this.log.settings.log?.error({ topic, partition, offset, error: name }, 'who watches a topic threw');
    }
  }
}
