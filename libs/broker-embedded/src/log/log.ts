import { present } from '@millrace/contracts';
import { PACK_BYTES, refuseTooLarge, type Outgoing } from '@millrace/broker';
import { Catalog, type Subscription, type TopicFact } from './catalog.js';
import { apply } from './apply.js';
import { compose, type LogCommit, type Write } from './commit.js';
import { lockDirectory } from './directory-lock.js';
import { closed, refusal } from '../errors.js';
import { seal } from './frame.js';
import { Membership } from '../consuming/membership.js';
import { LogReader } from './reader.js';
import { Refusals } from './refusals.js';
import { recover } from './recovery.js';
import { Retention } from './retention.js';
import { Segments } from './segments.js';
import { SyncQueue } from './sync-queue.js';
import type { LogSettings } from '../settings.js';

/** One commit takes about so many bytes at most, unless a single write is larger. */
const COMMIT_BYTES = 4 * 1024 * 1024;
/** Writing waits for the disk when it is so far ahead of it. */
const MAX_UNSYNCED = 64 * 1024 * 1024;
/**
 * The log of one directory: writes what is asked for, everything that is ready as one frame, and hands it on. A frame is
 * written at once, which survives the end of the process, and is on the disk a moment later, which survives that of the machine.
 */
export class CommitLog {
  readonly catalog = new Catalog();
  readonly reader: LogReader;
  /** Called when writing works again after it had been refused. */
  readonly onRecovered = new Set<() => void>();
  readonly #memberships = new Map<Subscription, Membership>();
  readonly #segments: Segments;
  readonly #sync: SyncQueue;
  readonly #retention: Retention;
  readonly #unlock: () => void;
  #queue: Write[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  readonly #refusals = new Refusals();
  #snapshotBytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #spread = 0;
  #closed = false;

  /** @throws {BrokerError} `LOG_IN_USE`, `LOG_DAMAGED` */
  constructor(readonly settings: LogSettings) {
    this.#unlock = lockDirectory(settings.dir);
    try {
      this.#segments = new Segments(settings.dir);
      try {
        recover(this.#segments, this.catalog);
      } catch (error) {
        this.#segments.close();
        throw error;
      }
    } catch (error) {
      this.#unlock();
      throw error;
    }
    this.reader = new LogReader(this.#segments, settings.cacheBytes);
    this.#sync = new SyncQueue(this.#segments, settings.fsync, {
      onProgress: () => this.#schedule(),
      hasMore: () => this.#queue.length > 0,
    });
    this.#retention = new Retention(this, this.#segments);
  }

  /** Writing is refused for now, as on a full disk, or for good. */
  get stalled(): boolean {
    return this.#refusals.waiting || this.#sync.broken !== undefined;
  }

  get healthy(): boolean {
    return !this.#closed && !this.stalled && !this.#refusals.why;
  }

  /** The reason for which nothing can be written now; undefined where writing works, as far as is known. */
  get ailment(): string | undefined {
    return (this.#sync.broken ?? this.#refusals.why)?.message;
  }

  /** Puts the write into the next commit. What finishes a record is tried until it succeeds or its lease ends; all else is refused at once. */
  append(write: Write): void {
    if (this.#closed) return write.refused(closed());
    if (this.#sync.broken) return write.refused(this.#sync.broken);
    this.#queue.push(write);
    this.#schedule();
  }

  /** Appends like `append`, and resolves once the record is on the disk. */
  commit(write: Omit<Write, 'durable' | 'refused'>): Promise<void> {
    return new Promise((resolve, reject) => this.append({ ...write, durable: resolve, refused: reject }));
  }

  /** Resolves once everything that has been written so far is on the disk. */
  synced(): Promise<void> {
    return this.#sync.reached(this.#segments.end);
  }

  ensureTopic(spec: Omit<TopicFact, 'id'>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.catalog.has(spec.name)) return this.synced();
      const topic = { ...spec, id: this.catalog.topics.length };
      await this.commit({ facts: { topic }, written: () => this.catalog.addTopic(topic) });
    });
  }

  /** Returns the progress of the group in the topic; from here on the log keeps records until the group is past them. */
  subscription(group: string, topicName: string): Promise<Subscription> {
    return this.#inTurn(async () => {
      const topic = this.catalog.topic(topicName);
      const known = this.catalog.subscription(group, topicName);
      if (known) return known;
      const fact = { id: this.catalog.subscriptions.length, group, topic: topic.id };
      await this.commit({ facts: { subscription: fact }, written: () => this.catalog.addSubscription(fact) });
      return this.catalog.addSubscription(fact);
    });
  }

  /** @throws {BrokerError} `UNKNOWN_TOPIC`, `RECORD_TOO_LARGE`: what cannot be written is known before anything is */
  check(records: readonly Outgoing[]): void {
    for (const record of records) this.catalog.topic(record.topic).check(record);
    refuseTooLarge(records, this.settings.maxRecordBytes);
  }

  membership(subscription: Subscription): Membership {
    let membership = this.#memberships.get(subscription);
    if (!membership) this.#memberships.set(subscription, (membership = new Membership(subscription)));
    return membership;
  }

  /** Writes what is waiting, now. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#closed) return;
    while (this.#queue.length > 0 && !this.stalled && this.#sync.behind < MAX_UNSYNCED) this.#writeSome();
    if (this.#sync.broken) for (const write of this.#queue.splice(0)) write.refused(this.#sync.broken);
  }

  /** Ends the log. `crashed` leaves undone what a process that dies leaves undone. */
  async close({ crashed }: { crashed: boolean }): Promise<void> {
    while (!crashed && this.#queue.length > 0 && !this.stalled) {
      this.flush();
      await this.synced().catch(() => undefined);
    }
    this.#closed = true;
    clearImmediate(this.#scheduled);
    this.#refusals.stop();
    await this.#retention.stop();
    if (!crashed) await this.synced().catch(() => undefined);
    for (const write of this.#queue.splice(0)) write.refused(closed());
    await this.#sync.idle();
    if (this.#sync.behind === 0) this.#segments.noteEnd();
    this.#segments.close();
    this.#unlock();
  }

  #schedule(): void {
    if (this.#closed || this.#refusals.waiting || this.#queue.length === 0) return;
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  #writeSome(): void {
    const writes = this.#take();
    if (writes.length === 0) return;
    let commit: LogCommit;
    let start: number;
    try {
      this.#prepareSegment();
      const packBytes = Math.min(PACK_BYTES, this.settings.maxRecordBytes);
      commit = compose(writes, this.catalog, { now: Date.now(), spread: this.#spread++, packBytes });
      start = this.#segments.end;
      seal(commit.frame, start, this.#sync.durable);
      this.#segments.append(commit.frame);
    } catch (error) {
      this.#refuse(writes, error);
      return;
    }
    this.#refusals.over();
    const grown = apply(commit, { start, segment: this.#segments.active, reader: this.reader });
    this.#sync.add({
      end: this.#segments.end,
      done: () => {
        for (const [partition, end] of grown) partition.durable = end;
        for (const write of writes) write.durable?.();
        for (const [partition] of grown) for (const watcher of [...partition.watchers]) watcher.durable?.(partition);
      },
      failed: (error) => {
        for (const write of writes) write.refused(error);
      },
    });
    for (const write of writes) write.written?.();
    for (const [partition] of grown) for (const watcher of [...partition.watchers]) watcher.written?.(partition);
  }

  /** The next writes, without those whose owner has lost what they finish. */
  #take(): Write[] {
    const taken: Write[] = [];
    let bytes = 0;
    let n = 0;
    for (; n < this.#queue.length && bytes < COMMIT_BYTES; n++) {
      const write = present(this.#queue[n], 'write of the queue');
      if (write.finish?.lease.ended) {
        write.refused(new Error('The partition has another owner by now.'));
        continue;
      }
      taken.push(write);
      for (const { value } of write.records ?? []) bytes += 64 + (value?.length ?? 0);
      for (const { entry } of write.takenOver ?? []) bytes += entry.length;
    }
    this.#queue = n === this.#queue.length ? [] : this.#queue.slice(n);
    return taken;
  }

  #prepareSegment(): void {
    const segments = this.#segments;
    if (segments.all.length === 0 || segments.active.length - this.#snapshotBytes >= this.settings.segmentBytes) {
      segments.roll();
      this.#retention.wake();
    }
    if (segments.active.length > 0) return;
    const before = segments.all.filter((segment) => segment !== segments.active && !segment.dropped);
    const snapshot = this.catalog.snapshot(before.map(({ start, length }) => [start, length]));
    const { frame } = compose([{ facts: { snapshot }, refused: () => undefined }], this.catalog, {
      now: 0,
      spread: 0,
      packBytes: PACK_BYTES,
    });
    seal(frame, segments.end, this.#sync.durable);
    segments.append(frame);
    this.#snapshotBytes = frame.length;
  }

  /** Refuses writes: one that finishes a record waits and is tried again; any other fails. */
  #refuse(writes: readonly Write[], cause: unknown): void {
    const error = refusal(this.settings.dir, cause);
    this.#queue = [...writes.filter(({ finish }) => finish), ...this.#queue];
    this.#refusals.refused(error, () => this.#tryAgain());
    this.settings.log?.error({ err: error }, 'the log cannot be written to; what is finished waits for it');
    for (const write of writes) if (!write.finish) write.refused(error);
  }

  #tryAgain(): void {
    const { why } = this.#refusals;
    if (why && this.#queue.length === 0) {
      if (!this.#segments.hasRoom()) return this.#refusals.refused(why, () => this.#tryAgain());
      this.#refusals.over();
    }
    this.flush();
    if (!this.stalled) for (const recovered of [...this.onRecovered]) recovered();
  }

  /** Names are given to topics and groups one after the other, so that no two get the same number. */
  #inTurn<T>(create: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(create);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
