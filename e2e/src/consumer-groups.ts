import { runKafkaTool } from '@millrace/local';

/** Kafka's report on one partition of one group. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
  /** Undefined where the group has committed nothing there. */
  readonly lag: number | undefined;
}

/** Returns what Kafka's own program, `kafka-consumer-groups --describe`, prints about the groups whose names begin with `prefix`. */
export async function consumerGroups(brokers: string, prefix: string): Promise<readonly GroupLag[]> {
  const main = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
  const printed = await runKafkaTool(main, ['--bootstrap-server', brokers, '--describe', '--all-groups']);
  return printed.split('\n').flatMap((line) => {
    const [group = '', topic = '', partition, , end, lag] = line.split(/\s+/);
    if (!group.startsWith(prefix)) return [];
    return [
      { group, topic, partition: Number(partition), end: Number(end), lag: lag === '-' ? undefined : Number(lag) },
    ];
  });
}

/** Partitions that are not read to their end. */
export const behind = (groups: readonly GroupLag[]): readonly GroupLag[] =>
  groups.filter(({ end, lag }) => (lag === undefined ? end > 0 : lag !== 0));
