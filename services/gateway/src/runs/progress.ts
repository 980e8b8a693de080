import type { Broker } from '@millrace/broker';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { comparePartitions, decidedTopics, type Runtime, standingReason } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';

/** The interval at which the coordinator's progress is read. */
const LOOK_MS = 5_000;
/** A partition with a backlog that has not moved for so long is told of. */
const STILL_MS = 15_000;

interface Seen {
  readonly committed: number | null;
  readonly since: number;
}

/**
 * Watches, through the broker alone, whether the coordinator gets on: a partition that has a backlog and whose offset does
 * not move stands still, whatever the coordinator says of itself, and also where there is none.
 */
export class ProgressFeed implements Disposable {
  private readonly seen = new Map<string, Seen>();
  private readonly timer: Timer;
  private found: readonly string[] = [];

  constructor(
    private readonly runtime: Pick<Runtime, 'topics' | 'groups'> & { readonly broker: Pick<Broker, 'browse' | 'lag'> },
    private readonly options: {
      readonly now?: () => number;
      /** Tells where the store stands: one that is older than the topics is told of. */
      readonly reader?: Pick<StoreReader, 'standings'>;
    } = {},
  ) {
    this.timer = startInterval(LOOK_MS, () => void this.look()).unref();
  }

  /** Partitions that stand still, each in a sentence. */
  get still(): readonly string[] {
    return this.found;
  }

  /** Looks where the groups are. A broker that does not say is asked again. */
  async look(): Promise<void> {
    const { topics, groups } = this.runtime;
    const pairs = [
      [groups.intake, topics.intake],
      [groups.runs, topics.runs],
      [groups.deployments, topics.deployments],
      [groups.deadLetters, topics.deadLetters],
      [groups.outcomes, topics.outcomes],
    ] as const;
    try {
      const still = await Promise.all(pairs.map(([group, topic]) => this.stillIn(group, topic)));
      this.found = [...(await this.olderStore()), ...still.flat()];
    } catch {
      // `/readyz` tells that the broker is away.
    }
  }

  private async olderStore(): Promise<readonly string[]> {
    const { broker } = this.runtime;
    const store = this.options.reader;
    const reason = store && standingReason(await comparePartitions({ broker, store }, decidedTopics(this.runtime)));
    return reason === undefined ? [] : [reason];
  }

  private async stillIn(group: string, topic: string): Promise<readonly string[]> {
    const at = (this.options.now ?? Date.now)();
    const still: string[] = [];
    for (const { partition, committed, backlog } of await this.runtime.broker.lag(group, topic)) {
      const key = `${topic}/${partition}`;
      const before = this.seen.get(key);
      const since = before && backlog > 0 && before.committed === committed ? before.since : at;
      this.seen.set(key, { committed, since });
      if (at - since < STILL_MS) continue;
      const seconds = Math.round((at - since) / 1_000);
      still.push(`partition ${partition} of ${topic} has ${backlog} records and has not moved for ${seconds} s`);
    }
    return still;
  }

  [Symbol.dispose](): void {
    this.timer.stop();
  }
}
