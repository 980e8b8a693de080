import { present } from '@millrace/contracts';
import { startTimer } from '@millrace/contracts/timers';
import type { Incoming } from '@millrace/broker';
import { ask, type Clients, type Cluster, kindOf, messageOf, protocolError } from '../kafkajs.js';
import type { KafkaContext } from '../ownership/tenure.js';
import { readRecords } from '../wire/records.js';
import { type Fetched, fetch, type FetchPosition } from '../wire/requests.js';

/** One partition being read. */
export interface Sink {
  readonly topic: string;
  readonly partition: number;
  /** The most bytes to fetch at once; defaults to 1 MiB. */
  readonly fetchBytes?: number;
  /** Returns the offset to read on from; `null` while nothing more is wanted. Whoever wants more again wakes the fetcher. */
  wants(): number | null;
  /** Committed records in order, perhaps none; everything below `at.next` has been read. */
  accept(records: readonly Incoming[], at: Fetched): void;
  /** The offset that was wanted is not in the log, which goes from `start` to `end`. */
  outOfRange(start: number, end: number): void;
}

type Reads = Pick<KafkaContext, 'log' | 'onMetric' | 'maxUnpackedBytes'>;

interface Reading {
  readonly sink: Sink;
  /** After trouble: not to be asked for earlier, as `performance.now()` has it. */
  notBefore: number;
}

const IDLE_WAIT_MS = 250;
/** The longest fetch while some partitions want no records, so that such a partition need not wait long once it does. */
const BUSY_WAIT_MS = 10;
const TROUBLE_MS = 200;
const MAX_BYTES = 8 * 1024 * 1024;
const PARTITION_BYTES = 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;

/**
 * Reads partitions from their leaders, each broker in a loop of its own, all its partitions in one request that is
 * answered as soon as one of them has something. It never waits for what is done with the records.
 */
export class Fetcher {
  private readonly readings = new Set<Reading>();
  private readonly loops = new Map<number, Promise<void>>();
  private waiting = new Set<() => void>();
  private closed = false;
  private turn = 0;

  private constructor(
    private readonly cluster: Cluster,
    private readonly options: Reads,
  ) {}

  static async connect(options: Reads & { readonly clients: Clients }, topics: readonly string[]): Promise<Fetcher> {
    const cluster = options.clients.cluster();
    try {
      await cluster.connect();
      await cluster.addMultipleTargetTopics(topics);
      return new Fetcher(cluster, options);
    } catch (error) {
      await cluster.disconnect();
      throw error;
    }
  }

  add(sink: Sink): void {
    this.readings.add({ sink, notBefore: 0 });
    this.spread();
    this.wake();
  }

  remove(sink: Sink): void {
    for (const reading of this.readings) if (reading.sink === sink) this.readings.delete(reading);
  }

  /** A sink wants again. */
  wake(): void {
    if (this.waiting.size === 0) return;
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const go of waiting) go();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.readings.clear();
    this.wake();
    await Promise.all(this.loops.values());
    await this.cluster.disconnect();
  }

  /** Sees to it that each leader has a loop. */
  private spread(): void {
    for (const { sink } of this.readings) {
      const leader = this.leaderOf(sink);
      if (!this.loops.has(leader)) {
        this.loops.set(
          leader,
          this.loop(leader).finally(() => this.loops.delete(leader)),
        );
      }
    }
  }

  /** -1 while there is none. */
  private leaderOf({ topic, partition }: Sink): number {
    return this.cluster.findTopicPartitionMetadata(topic).find((one) => one.partitionId === partition)?.leader ?? -1;
  }

  private async loop(leader: number): Promise<void> {
    while (!this.closed) {
      const readings = [...this.readings].filter(({ sink }) => this.leaderOf(sink) === leader);
      if (readings.length === 0) return;
      if (leader === -1) {
        await this.pause(TROUBLE_MS);
        await this.lookAgain();
        continue;
      }
      const { asked, wanted } = this.wantedOf(readings);
      if (wanted.length === 0) {
        await this.pause(readings.some(({ notBefore }) => notBefore > 0) ? TROUBLE_MS : undefined);
        continue;
      }
      try {
        await this.cluster.refreshMetadataIfNecessary();
        const node = await this.cluster.findBroker({ nodeId: leader });
        const maxWaitMs = asked.length === readings.length ? IDLE_WAIT_MS : BUSY_WAIT_MS;
        const fetched = await ask(node, fetch(wanted, { maxBytes: MAX_BYTES, maxWaitMs }));
        await this.deliver(asked, fetched);
      } catch (error) {
        if (this.closed) return;
        this.options.log('debug', 'Fetching failed; trying again', {
          broker: leader,
          error: kindOf(error),
          reason: messageOf(error),
        });
        await this.pause(TROUBLE_MS);
        await this.lookAgain(error);
      }
    }
  }

  /** Another partition goes first each time: a response that is full leaves out the last. */
  private wantedOf(readings: readonly Reading[]): { asked: Reading[]; wanted: FetchPosition[] } {
    const asked: Reading[] = [];
    const wanted: FetchPosition[] = [];
    const now = performance.now();
    const first = ++this.turn % Math.max(readings.length, 1);
    for (const reading of [...readings.slice(first), ...readings.slice(0, first)]) {
      if (reading.notBefore > now) continue;
      reading.notBefore = 0;
      const offset = reading.sink.wants();
      if (offset === null) continue;
      asked.push(reading);
      const { topic, partition, fetchBytes = PARTITION_BYTES } = reading.sink;
      wanted.push({ topic, partition, offset, maxBytes: fetchBytes });
    }
    return { asked, wanted };
  }

  private async deliver(asked: readonly Reading[], fetched: readonly Fetched[]): Promise<void> {
    let stale = false;
    for (const one of fetched) {
      const reading = asked.find(({ sink }) => sink.partition === one.partition && sink.topic === one.topic);
      if (!reading || !this.readings.has(reading)) continue;
      if (one.errorCode === 0) this.hand(reading, one);
      else if (one.errorCode === OFFSET_OUT_OF_RANGE) await this.findRange(reading);
      else {
        stale = true;
        this.trouble(reading, protocolError(one.errorCode));
      }
    }
    if (stale) await this.lookAgain();
  }

  private hand(reading: Reading, fetched: Fetched): void {
    if (fetched.next === fetched.offset) return;
    const { topic, partition, offset: from } = fetched;
    const records: Incoming[] = [];
    const { maxUnpackedBytes } = this.options;
    let { next } = fetched;
    let bytes = 0;
    for (const batch of fetched.batches) {
      if (bytes >= maxUnpackedBytes) {
        // The rest is fetched again: all of it at once could be more than there is memory.
        next = batch.baseOffset;
        break;
      }
      bytes += readRecords(batch, { topic, partition, from, maxUnpackedBytes }, records);
    }
    for (const { offset, damaged } of records) {
      if (damaged === undefined) continue;
      this.options.onMetric({ name: 'damaged', topic, partition });
      const what = `The record at offset ${offset} of partition ${partition} of ${topic} cannot be read and is skipped`;
      this.options.log('error', what, { topic, partition, offset, reason: damaged });
    }
    reading.sink.accept(records, { ...fetched, next });
  }

  private trouble(reading: Reading, error: Error): void {
    reading.notBefore = performance.now() + TROUBLE_MS;
    const { topic, partition } = reading.sink;
    this.options.log('debug', `Partition ${partition} of ${topic} could not be read; trying again`, {
      topic,
      partition,
      error: kindOf(error),
    });
  }

  private async findRange(reading: Reading): Promise<void> {
    const { topic, partition } = reading.sink;
    const partitions = [{ partition }];
    const offsetAt = async (fromBeginning: boolean): Promise<number> => {
      const [found] = await this.cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]);
      return Number(present(found?.partitions[0], `offset of ${topic}/${partition} in Kafka's answer`).offset);
    };
    reading.sink.outOfRange(...(await Promise.all([offsetAt(true), offsetAt(false)])));
  }

  private async lookAgain(error?: unknown): Promise<void> {
    if (error instanceof Error && 'host' in error && 'port' in error) {
      this.cluster.removeBroker(error as unknown as { host: string; port: number });
    }
    try {
      if (!this.cluster.isConnected()) await this.cluster.connect();
      await this.cluster.refreshMetadata();
    } catch (failure) {
      this.options.log('debug', 'Kafka cannot be asked for its leaders; trying again', { error: kindOf(failure) });
    }
    this.spread();
  }

  private pause(ms?: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : startTimer(ms, () => go());
      const go = (): void => {
        timer?.stop();
        this.waiting.delete(go);
        resolve();
      };
      this.waiting.add(go);
    });
  }
}
