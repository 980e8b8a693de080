import { backOffMs, present } from '@millrace/contracts';
import {
  causeOf,
  type Incoming,
  Isolation,
  Linger,
  type OrderedSource,
  type Outgoing,
  type Standstill,
} from '@millrace/broker';
import type { Partition, Subscription, Watcher } from '../log/catalog.js';
import type { Lease } from '../log/commit.js';
import type { CommitLog } from '../log/log.js';
import { OffsetWindow } from './progress.js';
import { REJECTED, within } from './waiting.js';

/** The consumption that a lease is part of. */
export interface LeaseHolder {
  readonly log: CommitLog;
  readonly subscription: Subscription;
  readonly source: OrderedSource;
  readonly held: boolean;
}

/** A batch ends at about so many bytes. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** A partition whose records are taken in order, one batch at a time. */
export class BatchLease implements Lease, Watcher {
  readonly subscription: Subscription;
  window: OffsetWindow;
  ended = false;
  /** Records of the batch that is being taken. */
  inHand = 0;
  readonly #abort = new AbortController();
  #changed: () => void = () => undefined;
  #change: Promise<void> | undefined;
  #rest: (() => void)[] = [];
  #busy = false;
  readonly #isolation: Isolation;
  readonly #linger: Linger;

  constructor(
    readonly consumption: LeaseHolder,
    readonly partition: Partition,
  ) {
    this.subscription = consumption.subscription;
    this.window = this.#newWindow();
    this.#isolation = new Isolation(consumption.source, partition.id);
    this.#linger = new Linger(consumption.source);
    partition.watchers.add(this);
  }

  get still(): Standstill | undefined {
    return this.#isolation.still;
  }

  begin(): void {
    void this.#work();
  }

  durable(): void {
    this.wake();
  }

  /** Something has changed that the work may be waiting for. */
  wake(): void {
    this.#change = undefined;
    this.#changed();
  }

  /** Resolves when no batch is in hand. */
  atRest(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#rest.push(resolve));
  }

  end(reason: Error): void {
    this.ended = true;
    this.inHand = 0;
    this.partition.watchers.delete(this);
    this.#abort.abort(reason);
    this.wake();
  }

  async #work(): Promise<void> {
    while (!this.ended) {
      try {
        await this.#open();
        while (!this.ended) await this.#step();
      } catch (error) {
        if (this.ended) return;
        await this.#failed(error);
      }
    }
  }

  async #failed(error: unknown): Promise<void> {
    const offset = this.window.progress.mark;
    const failures = this.#isolation.failed(error, offset);
    const place = { topic: this.partition.topic.name, partition: this.partition.id, offset };
    this.consumption.log.settings.log?.warn({ ...place, failures, ...causeOf(error) }, 'a batch comes again');
    if (failures > 0) await this.#pause(backOffMs(REJECTED, failures));
  }

  /** Opens the partition: an answer that was decided and not yet published is committed first. */
  async #open(): Promise<void> {
    await this.#whileHeld();
    await this.consumption.log.synced();
    if (this.ended) return;
    this.window = this.#newWindow();
    const { mark, committed } = this.window.progress;
    const at = { topic: this.partition.topic.name, partition: this.partition.id, committed: committed ? mark : null };
    const stored = await this.consumption.source.opened?.(at);
    if (!stored || this.ended) return;
    this.window.skipTo(stored.next);
    await this.#commit(stored.records, []);
  }

  async #step(): Promise<void> {
    await this.#whileHeld();
    if (this.ended) return;
    const there = this.#read();
    if (there.length === 0) return this.#untilChanged();
    const records = there.slice(0, this.#isolation.cut(there));
    const waitMs = records.length < there.length ? 0 : this.#linger.waitMs(records);
    if (waitMs > 0) return within(waitMs, this.#untilChanged());
    this.#linger.taken();
    this.#busy = true;
    try {
      const next = present(records.at(-1), 'record of the batch').offset + 1;
      for (const { offset } of records) this.window.give(offset);
      this.inHand = records.length;
      const { topic, id: partition } = this.partition;
      const batch = { topic: topic.name, partition, records, next, signal: this.#abort.signal };
      const answer = await this.#isolation.answer(batch, (records) => this.consumption.log.check(records));
      if (this.ended) return;
      await this.#commit(
        answer,
        records.map(({ offset }) => offset),
      );
      this.#isolation.committed(next);
    } finally {
      this.inHand = 0;
      this.#busy = false;
      for (const resolve of this.#rest.splice(0)) resolve();
    }
  }

  /** Reads records from the low watermark on, as many as fit into a batch. */
  #read(): Incoming[] {
    const { reader } = this.consumption.log;
    const { maxBatch } = this.consumption.source;
    const { mark, done } = this.window.progress;
    const records: Incoming[] = [];
    let next = mark;
    let bytes = 0;
    while (next < this.partition.durable && records.length < maxBatch && bytes < BATCH_BYTES) {
      const chunk = reader.read(this.partition, next);
      if (!chunk) break;
      for (let at = chunk.at; at < chunk.records.length; at++) {
        const record = present(chunk.records[at], 'record of the chunk');
        if (record.offset >= this.partition.durable || records.length >= maxBatch || bytes >= BATCH_BYTES)
          return records;
        next = record.offset + 1;
        // Done by an owner of another kind, which finishes records out of order.
        if (done.has(record.offset)) continue;
        records.push(record);
        bytes += record.value?.length ?? 0;
      }
    }
    return records;
  }

  #commit(records: readonly Outgoing[], offsets: readonly number[]): Promise<void> {
    return this.consumption.log.commit({ records, finish: { lease: this, offsets } });
  }

  #newWindow(): OffsetWindow {
    return new OffsetWindow(this.subscription.progressIn(this.partition.id));
  }

  async #whileHeld(): Promise<void> {
    while (this.consumption.held && !this.ended) await this.#untilChanged();
  }

  #untilChanged(): Promise<void> {
    this.#change ??= new Promise((resolve) => (this.#changed = resolve));
    return this.#change;
  }

  #pause(ms: number): Promise<void> {
    const ended = new Promise((resolve) => this.#abort.signal.addEventListener('abort', resolve, { once: true }));
    return within(ms, ended);
  }
}
