import { present } from '@millrace/contracts';
import { BrokerError, type Incoming, type Inspection, type Outgoing, partitionFor } from '@millrace/broker';

const PARTITIONS = 4;

/** The topics of a test's world, in memory: every record that is published, in four partitions. */
export class TopicLog implements Omit<Inspection, 'consumers'> {
  private readonly logs = new Map<string, Incoming[][]>();
  /** The committed offset of each group, by group and partition of a topic; all of a topic where there is no such group. */
  readonly committed = new Map<string, Map<string, number[]>>();
  /** The number of times that records were read. */
  reads = 0;
  /** Called at each reading. */
  onRead: () => void = () => undefined;

  add(record: Outgoing, timestamp = Date.now()): Incoming {
    const bytes = (given: string | Buffer | null) => (typeof given === 'string' ? Buffer.from(given) : given);
    const headers = Object.entries(record.headers ?? {}).map(
      ([name, given]) => [name, bytes(given as string)] as const,
    );
    const partition = record.partition ?? (record.key === null ? 0 : partitionFor(record.key, PARTITIONS));
    const log = present(this.partitions(record.topic)[partition], 'partition of the record');
    const added: Incoming = {
      ...{ topic: record.topic, partition, offset: log.length, timestamp },
      ...{ key: bytes(record.key), value: bytes(record.value), headers: Object.fromEntries(headers) as never },
    };
    log.push(added);
    return added;
  }

  topics = (prefix: string) => Promise.resolve([...this.logs.keys()].filter((name) => name.startsWith(prefix)).sort());

  ranges = (topic: string) => this.known(topic, (log, partition) => ({ topic, partition, start: 0, end: log.length }));

  offsetsAt = (topic: string, time: number) =>
    this.known(topic, (log, partition) => {
      const found = log.findIndex(({ timestamp }) => timestamp >= time);
      return { topic, partition, offset: found < 0 ? log.length : found };
    });

  browse = ({ topic, partition, offset, limit, maxBytes = Infinity }: Parameters<Inspection['browse']>[0]) => {
    this.reads++;
    this.onRead();
    const found: Incoming[] = [];
    let bytes = 0;
    for (const record of this.logs.get(topic)?.[partition]?.slice(offset, offset + limit) ?? []) {
      if (bytes >= maxBytes) break;
      found.push(record);
      bytes += (record.value?.length ?? 0) + (record.key?.length ?? 0);
    }
    return Promise.resolve(found);
  };

  groups = (topic: string) => Promise.resolve([...(this.committed.get(topic)?.keys() ?? [])]);

  lag = (group: string, topic: string) =>
    this.known(topic, (log, partition) => {
      const committed = this.committed.get(topic)?.get(group)?.[partition] ?? null;
      return { topic, partition, start: 0, committed, end: log.length, backlog: log.length - (committed ?? 0) };
    });

  private partitions(topic: string): Incoming[][] {
    const known = this.logs.get(topic) ?? Array.from({ length: PARTITIONS }, () => []);
    this.logs.set(topic, known);
    return known;
  }

  private known<T>(topic: string, of: (log: readonly Incoming[], partition: number) => T): Promise<T[]> {
    const partitions = this.logs.get(topic);
    if (partitions) return Promise.resolve(partitions.map(of));
    return Promise.reject(new BrokerError('UNKNOWN_TOPIC', `There is no topic ${topic}.`));
  }
}
