import type { Runtime } from '@millrace/runtime';

const FOR_MS = 2_000;

interface Known {
  readonly at: number;
  readonly found: Promise<number | undefined>;
}

/** Says which stages nobody serves now: asked a moment later it may be otherwise. */
export class Consumers {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'groups'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Returns how many processes take a stage's commands, as it was within the last seconds; undefined where the broker does not say. */
  of(stage: string): Promise<number | undefined> {
    const at = this.now();
    const known = this.known.get(stage);
    if (known && at - known.at < FOR_MS) return known.found;
    const found = this.ask(stage);
    this.known.set(stage, { at, found });
    return found;
  }

  /** Returns those of the stages that nobody serves, asked afresh. */
  unservedNow(stages: readonly string[]): Promise<ReadonlySet<string>> {
    for (const stage of stages) this.known.delete(stage);
    return this.unserved(stages);
  }

  /** Returns those of the stages that nobody serves. */
  async unserved(stages: readonly string[]): Promise<ReadonlySet<string>> {
    const counts = await Promise.all(stages.map(async (stage) => [stage, await this.of(stage)] as const));
    return new Set(counts.flatMap(([stage, count]) => (count === 0 ? [stage] : [])));
  }

  private async ask(stage: string): Promise<number | undefined> {
    const { broker, topics, groups } = this.runtime;
    try {
      return await broker.consumers(groups.stage(stage), topics.stage(stage));
    } catch {
      return undefined; // The broker is away: `/readyz` tells.
    }
  }
}
