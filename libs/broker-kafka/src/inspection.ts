import type { Admin } from 'kafkajs';
import type { Inspection, PartitionLag } from '@millrace/broker';
import { browse } from './fetch/browse.js';
import { kindOf } from './kafkajs.js';
import { doneAbove } from './ownership/window.js';
import type { KafkaContext } from './ownership/tenure.js';

type Committed = Awaited<ReturnType<Admin['fetchOffsets']>>[number]['partitions'];

/** Groups that are asked for their offsets at once. */
const AT_ONCE = 8;

/** Answers what people ask about a cluster: reads offsets and logs, joins no group and commits nothing. */
export class KafkaInspection implements Inspection {
  constructor(
    private readonly runtime: KafkaContext,
    private readonly admin: Admin,
  ) {}

  async topics(prefix: string): Promise<readonly string[]> {
    return (await this.admin.listTopics()).filter((name) => name.startsWith(prefix)).sort();
  }

  ranges(topic: string): ReturnType<Inspection['ranges']> {
    return this.runtime.topics.ranges(topic);
  }

  async offsetsAt(topic: string, time: number): ReturnType<Inspection['offsetsAt']> {
    const offsets = await this.runtime.topics.offsetsAt(topic, time);
    return offsets.map((offset, partition) => ({ topic, partition, offset }));
  }

  browse(...[at]: Parameters<Inspection['browse']>): ReturnType<Inspection['browse']> {
    return browse(this.runtime, at);
  }

  async groups(topic: string): Promise<readonly string[]> {
    await this.runtime.topics.partitionsOf(topic);
    const { groups } = await this.admin.listGroups();
    // A group that only commits has no protocol type yet, or no more.
    const asked = groups.filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '');
    const found: string[] = [];
    for (let at = 0; at < asked.length; at += AT_ONCE) {
      const some = asked.slice(at, at + AT_ONCE).map(async ({ groupId }) => {
        const committed = await this.committed(groupId, topic).catch(noneIfHidden);
        if (committed.some(({ offset }) => Number(offset) >= 0)) found.push(groupId);
      });
      await Promise.all(some);
    }
    return found.sort();
  }

  async consumers(group: string): Promise<number> {
    const { groups } = await this.admin.describeGroups([group]);
    return groups[0]?.members.length ?? 0;
  }

  async lag(group: string, topic: string): Promise<readonly PartitionLag[]> {
    const ranges = await this.runtime.topics.ranges(topic, 'all');
    const found = await this.committed(group, topic);
    return ranges.map(({ partition, start, end }) => {
      const entry = found.find((one) => one.partition === partition);
      const offset = Number(entry?.offset ?? -1);
      const committed = offset < 0 ? null : offset;
      const backlog = Math.max(0, end - Math.max(committed ?? start, start) - doneAbove(entry?.metadata ?? ''));
      return { topic, partition, start, committed, end, backlog };
    });
  }

  private async committed(group: string, topic: string): Promise<Committed> {
    const [found] = await this.admin.fetchOffsets({ groupId: group, topics: [topic] });
    return found?.partitions ?? [];
  }
}

/** A group that this client may not look at does not keep the others from being shown. */
function noneIfHidden(error: unknown): Committed {
  if (kindOf(error) === 'GROUP_AUTHORIZATION_FAILED') return [];
  throw error;
}
