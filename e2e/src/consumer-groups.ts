import { runKafkaTool } from '@millrace/local';

/** What Kafka says of one partition of one group. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
  /** Undefined where the group has committed nothing there. */
  readonly lag: number | undefined;
}

/** What `kafka-consumer-groups --describe` prints of the groups whose names begin with `prefix`: Kafka's own program, not our counters. */
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
