import { present } from '@millrace/contracts';
import type { Browsed, Incoming, Inspection, PartitionLag } from '@millrace/broker';
import type { Partition } from './catalog.js';
import { CHUNK_HEADER, readChunkHead } from './entries.js';
import type { CommitLog } from './log.js';

type Answers = Omit<Inspection, 'browse'>;

/** Answers what people ask about a log, without a trace in it. */
export class LogInspection implements Answers {
  constructor(private readonly log: CommitLog) {}

  async topics(prefix: string): Promise<readonly string[]> {
    const names = this.log.catalog.topics.map(({ name }) => name);
    return Promise.resolve(names.filter((name) => name.startsWith(prefix)).sort());
  }

  async ranges(topic: string): ReturnType<Inspection['ranges']> {
    const { partitions } = this.log.catalog.topic(topic);
    await this.log.synced();
    return partitions.map(({ id, start, durable }) => ({ topic, partition: id, start, end: Math.max(start, durable) }));
  }

  async offsetsAt(topic: string, time: number): ReturnType<Inspection['offsetsAt']> {
    const { partitions } = this.log.catalog.topic(topic);
    await this.log.synced();
    return partitions.map((partition) => ({ topic, partition: partition.id, offset: this.offsetAt(partition, time) }));
  }

  async groups(topic: string): Promise<readonly string[]> {
    const { subscriptions } = this.log.catalog.topic(topic);
    const committed = subscriptions.filter(({ progress }) => progress.some((one) => one.committed));
    return Promise.resolve(committed.map(({ group }) => group).sort());
  }

  consumers(group: string, topic: string): Promise<number> {
    const subscription = this.log.catalog.subscription(group, topic);
    return Promise.resolve(subscription ? this.log.membership(subscription).size : 0);
  }

  async lag(group: string, topic: string): Promise<readonly PartitionLag[]> {
    const { partitions } = this.log.catalog.topic(topic);
    const subscription = this.log.catalog.subscription(group, topic);
    return Promise.resolve(
      partitions.map(({ id, start, end }) => {
        const progress = subscription?.progress[id];
        const mark = Math.max(progress?.mark ?? 0, start);
        return {
          topic,
          partition: id,
          start,
          committed: progress?.committed ? progress.mark : null,
          end,
          backlog: end - mark - (progress?.done.size ?? 0),
        };
      }),
    );
  }

  /**
   * Halves the chunks, whose times rise with their offsets as long as nobody sets the clock back. A chunk that retention has written anew keeps its offsets and its time.
   */
  private offsetAt({ index, start, durable }: Partition, time: number): number {
    let [low, high] = [0, index.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const head = readChunkHead(this.log.reader.segments.read(index.addressAt(middle), CHUNK_HEADER), 0);
      if (head.time < time) low = middle + 1;
      else high = middle;
    }
    return low === index.size ? Math.max(start, durable) : Math.min(index.baseAt(low), Math.max(start, durable));
  }
}

/** Returns committed records of one partition, as `Inspection.browse` says. */
export async function browse(log: CommitLog, at: Browsed): Promise<readonly Incoming[]> {
  const { limit, maxBytes = Infinity, signal } = at;
  const partition = log.catalog.topic(at.topic).partition(at.partition);
  const records: Incoming[] = [];
  let bytes = 0;
  await log.synced();
  for (let next = at.offset; next < partition.durable && records.length < limit && !signal?.aborted;) {
    const chunk = log.reader.read(partition, next);
    if (!chunk) break;
    for (const record of chunk.records.slice(chunk.at)) {
      if (record.offset >= partition.durable || records.length >= limit || bytes >= maxBytes) return records;
      records.push(record);
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    }
    next = present(chunk.records.at(-1), 'record of the chunk').offset + 1;
  }
  return records;
}
