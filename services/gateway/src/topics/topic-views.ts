import { BrokerError, type PartitionLag, type PartitionRange } from '@millrace/broker';
import { Envelopes } from '@millrace/contracts/asyncapi';
import type { TopicGroupView, TopicList, TopicSummaryView, TopicView } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import { RequestProblem } from '../http/problems.js';
import type { TopicSettings } from './topic-settings.js';

/** Topics that the broker is asked about at once. */
const AT_ONCE = 8;
/** The time for which the list stays as it was found: many may look at it at once. */
const FOR_MS = 2_000;

interface Needs extends TopicSettings {
  readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'groups' | 'settings'>;
}

/** Shows the topics of this installation, and who reads them how far. */
export class TopicViews {
  readonly envelopes: Envelopes;
  private known: { readonly at: number; readonly found: Promise<TopicSummaryView[]> } | undefined;

  constructor(private readonly needs: Needs) {
    this.envelopes = new Envelopes(needs.runtime.settings.topicPrefix);
  }

  async list(): Promise<TopicList> {
    const now = Date.now();
    if (!this.known || now - this.known.at > FOR_MS) this.known = { at: now, found: this.find() };
    try {
      return { items: await this.known.found, ...this.hidden };
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }

  /** @throws {RequestProblem} UNKNOWN_TOPIC */
  async show(name: string): Promise<TopicView> {
    const [ranges, groups] = await Promise.all([this.ranges(name), this.groupsOf(name)]);
    return {
      ...this.summary(name, ranges),
      ranges: ranges.map(({ partition, start, end }) => ({ partition, start, end })),
      groups,
      ...this.hidden,
    };
  }

  /**
   * Returns where the partitions of a topic begin and end.
   * @throws {RequestProblem} UNKNOWN_TOPIC where it does not exist, or may not be shown
   */
  async ranges(name: string): Promise<readonly PartitionRange[]> {
    if (!this.isShown(name)) throw unknownTopic(name);
    try {
      return await this.needs.runtime.broker.ranges(name);
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC') throw unknownTopic(name);
      throw error;
    }
  }

  private get hidden(): Pick<TopicList, 'contentHidden'> {
    return this.needs.recordContent === 'hidden' ? { contentHidden: true } : {};
  }

  private async find(): Promise<TopicSummaryView[]> {
    const { broker, settings } = this.needs.runtime;
    const own = (await broker.topics(settings.topicPrefix)).filter((name) => this.isShown(name));
    const names = [...new Set([...own, ...this.needs.shownTopics])].sort();
    const found: TopicSummaryView[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE)
      found.push(...(await Promise.all(names.slice(at, at + AT_ONCE).map((name) => this.summaryOf(name)))).flat());
    return found;
  }

  /** A topic that was deleted meanwhile, or that was named and does not exist, is left out. */
  private async summaryOf(name: string): Promise<TopicSummaryView[]> {
    try {
      return [this.summary(name, await this.ranges(name))];
    } catch (error) {
      if (error instanceof RequestProblem) return [];
      throw error;
    }
  }

  private summary(name: string, ranges: readonly PartitionRange[]): TopicSummaryView {
    const about = this.envelopes.channelOf(name)?.description;
    const stage = this.envelopes.stageOf(name);
    return {
      name,
      ...(about !== undefined && { about }),
      ...(stage !== undefined && { stage }),
      partitions: ranges.length,
      records: ranges.reduce((sum, { start, end }) => sum + end - start, 0),
    };
  }

  /** Kafka's own topics begin with two underscores: they are nobody's to read, whatever the prefix. */
  private isShown(name: string): boolean {
    const { topicPrefix } = this.needs.runtime.settings;
    return this.needs.shownTopics.includes(name) || (name.startsWith(topicPrefix) && !name.startsWith('__'));
  }

  private async groupsOf(topic: string): Promise<TopicGroupView[]> {
    if (!this.isShown(topic)) return [];
    const { broker } = this.needs.runtime;
    const own = this.ownGroup(topic);
    const committed = await broker.groups(topic).catch(() => []);
    const names = [...new Set([...(own === undefined ? [] : [own]), ...committed])].sort();
    return Promise.all(
      names.map(async (name) => {
        const consumers = await broker.consumers(name, topic).catch(() => undefined);
        return { name, ...(consumers !== undefined && { consumers }), ...lagView(await broker.lag(name, topic)) };
      }),
    );
  }

  /** Returns the group in which Millrace itself reads the topic. */
  private ownGroup(topic: string): string | undefined {
    const { topics, groups } = this.needs.runtime;
    const stage = this.envelopes.stageOf(topic);
    if (stage !== undefined) return groups.stage(stage);
    const read = ['intake', 'runs', 'deadLetters', 'outcomes', 'deployments', 'modelCalls'] as const;
    const name = read.find((one) => topics[one] === topic);
    return name && groups[name];
  }
}

const lagView = (lag: readonly PartitionLag[]): Pick<TopicGroupView, 'backlog' | 'partitions'> => ({
  backlog: lag.reduce((sum, { backlog }) => sum + backlog, 0),
  partitions: lag.map(({ partition, committed, backlog }) => ({ partition, committed, backlog })),
});

const unknownTopic = (name: string): RequestProblem =>
  new RequestProblem(
    'UNKNOWN_TOPIC',
    `There is no topic ${name.slice(0, 249)} here, or this gateway does not show it.`,
  );
