import { causeOf, type Incoming, type Tail } from '@millrace/broker';
import { Fetcher, type Sink } from './fetcher.js';
import type { KafkaContext } from '../ownership/tenure.js';
import type { Range } from '../topics.js';
import type { Fetched } from '../wire/requests.js';

/** One partition being watched from `position` on. */
class Watched implements Sink {
  readonly topic: string;
  readonly partition: number;
  /** Caught up once all below is read. */
  private readonly until: number;

  constructor(
    { topic, partition, end }: Range,
    private position: number,
    private readonly tell: { see: (record: Incoming) => void; reached: () => void },
  ) {
    this.topic = topic;
    this.partition = partition;
    this.until = end;
  }

  /** True where there is nothing to catch up with. */
  get reached(): boolean {
    return this.position >= this.until;
  }

  wants(): number {
    return this.position;
  }

  accept(records: readonly Incoming[], { next, offset }: Fetched): void {
    if (offset !== this.position) return;
    for (const record of records) this.tell.see(record);
    this.move(next);
  }

  outOfRange(start: number, end: number): void {
    if (this.position < start || this.position > end) this.move(start);
  }

  private move(to: number): void {
    const before = this.reached;
    this.position = to;
    if (!before && this.reached) this.tell.reached();
  }
}

/**
 * Reads all partitions of the topics in no group. What is there at the beginning ends at the last stable offset: what
 * stands above it belongs to transactions that are still open, and was not there for a reader of committed records.
 */
export async function tail(
  runtime: KafkaContext,
  options: { topics: readonly string[]; from: 'start' | 'end'; see: (record: Incoming) => void },
): Promise<Tail> {
  for (const topic of options.topics) await runtime.topics.partitionsOf(topic);
  const fetcher = await Fetcher.connect(runtime, options.topics);
  let closed = false;
  try {
    const ranges = (await Promise.all(options.topics.map((topic) => runtime.topics.ranges(topic)))).flat();
    let left = 0;
    let catchUp!: () => void;
    const caughtUp = new Promise<void>((resolve) => (catchUp = resolve));
    const tell = {
      see: (record: Incoming): void => {
        if (closed || record.damaged !== undefined) return;
        try {
          options.see(record);
        } catch (error) {
          const { topic, partition, offset } = record;
          runtime.log('error', 'The handler of a watched topic threw', { topic, partition, offset, ...causeOf(error) });
        }
      },
      reached: (): void => {
        if (--left === 0) catchUp();
      },
    };
    const watched = ranges.map((range) => new Watched(range, options.from === 'start' ? range.start : range.end, tell));
    left = watched.filter((one) => !one.reached).length;
    if (left === 0) catchUp();
    for (const one of watched) fetcher.add(one);
    const counts = new Map<string, number>();
    for (const { topic } of ranges) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    // What stands in a partition that was added is new, whatever the tail began with.
    const grow = (topic: string, count: number): void => {
      for (let partition = counts.get(topic) ?? count; partition < count && !closed; partition++) {
        fetcher.add(new Watched({ topic, partition, start: 0, end: 0 }, 0, tell));
        counts.set(topic, partition + 1);
      }
    };
    const stop = runtime.topics.onChange(grow);
    for (const topic of counts.keys()) grow(topic, runtime.topics.known(topic) ?? 0);
    return {
      caughtUp,
      async [Symbol.asyncDispose]() {
        closed = true;
        stop();
        await fetcher.close();
      },
    };
  } catch (error) {
    await fetcher.close();
    throw error;
  }
}
