import { type Broker, BrokerError, type Incoming, type PartitionLag } from '@millrace/broker';

/** Records read at once: some megabytes at most. */
const PAGE = 500;

interface Span {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** One past the last offset that is read. */
  readonly until: number;
}

/** Reads the committed records of a part of a partition, page by page. */
export async function* pagesOf(
  broker: Pick<Broker, 'browse'>,
  { topic, partition, from, until }: Span,
): AsyncGenerator<readonly Incoming[]> {
  for (let offset = from; offset < until;) {
    const page = await broker.browse({ topic, partition, offset, limit: PAGE });
    const within = page.filter((record) => record.offset < until);
    if (within.length > 0) yield within;
    const last = page.at(-1);
    if (!last) return;
    offset = last.offset + 1;
  }
}

/** Reads all committed records of a topic that are not older than `since`, in milliseconds. A topic that does not exist has none. */
export async function* pagesSince(
  broker: Pick<Broker, 'browse' | 'lag'>,
  options: { topic: string; group: string; since: number },
): AsyncGenerator<readonly Incoming[]> {
  for (const { topic, partition, from, end } of await rangesSince(broker, options)) {
    yield* pagesOf(broker, { topic, partition, from, until: end });
  }
}

/** Returns the partitions of a topic, each with the first offset of a record that is not older than `since`. */
export async function rangesSince(
  broker: Pick<Broker, 'browse' | 'lag'>,
  options: { topic: string; group: string; since: number },
): Promise<readonly (PartitionLag & { readonly from: number })[]> {
  const { topic, group, since } = options;
  const ranges = await rangesOf(broker, group, topic);
  return Promise.all(
    ranges.map(async (range) => ({
      ...range,
      from: since <= 0 ? range.start : await offsetAt(broker, { ...range, since }),
    })),
  );
}

/** Returns where a topic begins and ends, which is the same to every group. */
const rangesOf = (broker: Pick<Broker, 'lag'>, group: string, topic: string): Promise<readonly PartitionLag[]> =>
  broker.lag(group, topic).catch((error: unknown) => {
    if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC') return [];
    throw error;
  });

/** Finds, in some twenty looks, an offset before which all records are older. */
async function offsetAt(
  broker: Pick<Broker, 'browse'>,
  options: { topic: string; partition: number; start: number; end: number; since: number },
): Promise<number> {
  const { topic, partition, since } = options;
  let [low, high] = [options.start, options.end];
  while (low < high) {
    const offset = Math.floor((low + high) / 2);
    const [record] = await broker.browse({ topic, partition, offset, limit: 1 });
    if (record && record.timestamp < since) low = record.offset + 1;
    else high = offset;
  }
  return low;
}
