import fs from 'node:fs';
import { BrokerError } from '@millrace/broker';
import type {
  Broker,
  Browsed,
  Consumption,
  Handle,
  Incoming,
  OrderedSource,
  Outgoing,
  PartitionLag,
  Source,
  Tail,
  TopicSpec,
} from '@millrace/broker';
import { BatchConsumption } from './consuming/batch-consumption.js';
import { refusal } from './errors.js';
import { browse, LogInspection } from './log/inspection.js';
import { CommitLog } from './log/log.js';
import { RecordConsumption } from './consuming/record-consumption.js';
import type { LogLines, LogSettings } from './settings.js';
import { LogTail } from './consuming/tail.js';

export interface EmbeddedOptions {
  /** Holds the log and nothing else; is made where it is missing. One process at a time has it. */
  readonly dir: string;
  /** Default true. Without it a crash of the machine, though not of the process, may lose what was acknowledged last. */
  readonly fsync?: boolean;
  /** Default 1 MiB. */
  readonly maxRecordBytes?: number;
  /** The time, and the size of the whole log, for which records stay that every group is past. Default: a week, 256 MiB. */
  readonly keep?: { readonly ms?: number; readonly bytes?: number };
  /** At about this size a new file is begun; a file is the least that is removed at once. Default 16 MiB. */
  readonly segmentBytes?: number;
  readonly log?: LogLines;
}

const MiB = 1024 * 1024;
const WEEK_MS = 7 * 24 * 3600 * 1000;
const CACHE_BYTES = 16 * MiB;

interface SharedLog {
  readonly log: CommitLog;
  users: number;
  closing?: Promise<void>;
}

/** The logs that are open in this process. */
const logs = new Map<string, SharedLog>();

/**
 * A durable partitioned log in a directory of this machine. Several brokers of one process on one directory share the log,
 * with the options of the first.
 * @throws {BrokerError} `LOG_IN_USE` when another process has the directory; `LOG_DAMAGED` when files are missing or unreadable
 */
export async function embeddedBroker(options: EmbeddedOptions): Promise<Broker> {
  const dir = madeDirectory(options.dir);
  for (let closing; (closing = logs.get(dir)?.closing);) await closing;
  const shared: SharedLog = logs.get(dir) ?? { log: openedLog(settingsOf(options, dir)), users: 0 };
  logs.set(dir, shared);
  shared.users++;
  return new EmbeddedBroker(shared.log, release);

  function release({ crashed }: { crashed: boolean }): Promise<void> {
    if (--shared.users > 0) return crashed ? Promise.resolve() : shared.log.synced();
    shared.closing = shared.log.close({ crashed }).finally(() => logs.delete(dir));
    return shared.closing;
  }
}

/** For tests: the broker's work is dropped where it is, as if its process had died. */
export async function crash(broker: Broker): Promise<void> {
  await (broker as EmbeddedBroker).crash();
}

function madeDirectory(dir: string): string {
  try {
    fs.mkdirSync(dir, { recursive: true });
    return fs.realpathSync(dir);
  } catch (error) {
    throw refusal(dir, error);
  }
}

function openedLog(settings: LogSettings): CommitLog {
  try {
    return new CommitLog(settings);
  } catch (error) {
    throw error instanceof BrokerError ? error : refusal(settings.dir, error);
  }
}

function settingsOf(options: EmbeddedOptions, dir: string): LogSettings {
  return {
    dir,
    fsync: options.fsync ?? true,
    maxRecordBytes: options.maxRecordBytes ?? MiB,
    keepMs: options.keep?.ms ?? WEEK_MS,
    keepBytes: options.keep?.bytes ?? 256 * MiB,
    segmentBytes: options.segmentBytes ?? 16 * MiB,
    cacheBytes: CACHE_BYTES,
    log: options.log,
  };
}

class EmbeddedBroker implements Broker {
  readonly kind = 'embedded';
  readonly maxRecordBytes: number;
  readonly #inspection: LogInspection;
  #open: (RecordConsumption | BatchConsumption | LogTail)[] = [];
  #closed: Promise<void> | undefined;

  constructor(
    readonly log: CommitLog,
    readonly release: (how: { crashed: boolean }) => Promise<void>,
  ) {
    this.maxRecordBytes = log.settings.maxRecordBytes;
    this.#inspection = new LogInspection(log);
  }

  get ailment(): string | undefined {
    return this.log.ailment;
  }

  healthy(): Promise<boolean> {
    return Promise.resolve(!this.#closed && this.log.healthy);
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#mustBeOpen();
    await Promise.all(topics.map((topic) => this.log.ensureTopic({ ...topic, compacted: topic.compacted ?? false })));
  }

  async partitionsOf(topic: string): Promise<number> {
    return Promise.resolve(this.log.catalog.topic(topic).partitions.length);
  }

  async publish(records: readonly Outgoing[]): Promise<void> {
    this.#mustBeOpen();
    this.log.check(records);
    if (records.length > 0) await this.log.commit({ records });
  }

  async consume(source: Source, handle: Handle): Promise<Consumption> {
    this.#mustBeOpen();
    const subscription = await this.log.subscription(source.group, source.topic);
    return this.#opened(new RecordConsumption(this.log, subscription, { source, handle }));
  }

  async consumeInOrder(source: OrderedSource): Promise<Consumption> {
    this.#mustBeOpen();
    const subscription = await this.log.subscription(source.group, source.topic);
    return this.#opened(new BatchConsumption(this.log, subscription, source));
  }

  async tail(topics: readonly string[], from: 'start' | 'end', see: (record: Incoming) => void): Promise<Tail> {
    this.#mustBeOpen();
    return Promise.resolve(this.#opened(new LogTail(this.log, { topics, from, see })));
  }

  topics(prefix: string): ReturnType<Broker['topics']> {
    return this.#inspection.topics(prefix);
  }

  ranges(topic: string): ReturnType<Broker['ranges']> {
    return this.#inspection.ranges(topic);
  }

  offsetsAt(topic: string, time: number): ReturnType<Broker['offsetsAt']> {
    return this.#inspection.offsetsAt(topic, time);
  }

  browse(at: Browsed): ReturnType<Broker['browse']> {
    return browse(this.log, at);
  }

  groups(topic: string): ReturnType<Broker['groups']> {
    return this.#inspection.groups(topic);
  }

  consumers(group: string, topic: string): Promise<number> {
    return this.#inspection.consumers(group, topic);
  }

  lag(group: string, topic: string): Promise<readonly PartitionLag[]> {
    return this.#inspection.lag(group, topic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async crash(): Promise<void> {
    for (const one of this.#open) one.abandon();
    this.#closed ??= this.release({ crashed: true });
    await this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one[Symbol.asyncDispose]()));
    await this.release({ crashed: false });
  }

  #opened<T extends RecordConsumption | BatchConsumption | LogTail>(one: T): T {
    // Closed while the group was being looked up.
    if (this.#closed) one.abandon();
    this.#mustBeOpen();
    this.#open = [...this.#open.filter(({ ended }) => !ended), one];
    return one;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new BrokerError('BROKER_UNAVAILABLE', 'This broker has been closed. Open another one.');
  }
}
