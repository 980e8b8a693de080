import { sleep } from '@millrace/contracts/timers';
import { ENDED, type EndedStatus, type RunPosition, type Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';
import { Rounds } from '../rounds.js';
import type { Archive } from './archive.js';
import type { RetentionRules } from './rules.js';

export interface RetentionOptions {
  readonly rules: RetentionRules;
  /** The most runs that are removed each second, child runs included. */
  readonly perSecond: number;
  /** Keeps what is removed; without it, nothing does. */
  readonly archive?: Archive | undefined;
  /** Removes, now and then, what no run refers to any more. */
  readonly sweep?: ((signal: AbortSignal) => Promise<number>) | undefined;
}

interface Needs extends RetentionOptions {
  readonly store: Pick<Store, 'retention'>;
  readonly telemetry: Pick<Telemetry, 'log'>;
  readonly now: () => number;
}

/** Runs are removed in batches of this many and their children. */
const BATCH = 100;
/** The pause before the first round: a start has more urgent work. */
const FIRST_MS = 10_000;
/** The pause after a round that found little, and after one that failed. */
const IDLE_MS = 60_000;
/** Sweeping looks at everything that is kept: the first time after an hour, then once a day. */
const SWEEP_FIRST_MS = 3_600_000;
const SWEEP_MS = 86_400_000;

/** Removes ended runs that have been kept for long enough, a batch at a time and at a bounded rate, from the oldest on. */
export class RetentionLoop {
  private readonly rounds = new Rounds({
    firstMs: FIRST_MS,
    round: async () => ((await this.round()) >= BATCH ? 1 : IDLE_MS),
    failed: (error) => {
      this.needs.telemetry.log.warn({ err: error }, 'Old runs could not be removed; trying again.');
      return IDLE_MS;
    },
  });
  private sweepAt = performance.now() + SWEEP_FIRST_MS;

  constructor(private readonly needs: Needs) {}

  /** Begins to remove runs. */
  start(): this {
    this.rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Goes over all pipelines once. Returns the number of rows that are gone. */
  async round(): Promise<number> {
    const { store, rules, now } = this.needs;
    let removed = 0;
    for (const pipeline of await store.retention.pipelines())
      for (const status of ENDED) {
        const keepMs = rules.keepMs(pipeline, status);
        if (keepMs !== undefined) removed += await this.removeOld(pipeline, status, now() - keepMs);
      }
    const { othersMs } = rules;
    if (othersMs !== undefined && !this.stopped) removed += await store.retention.removeOthers(now() - othersMs, BATCH);
    await this.sweep();
    return removed;
  }

  private async sweep(): Promise<void> {
    if (!this.needs.sweep || this.stopped || performance.now() < this.sweepAt) return;
    this.sweepAt = performance.now() + SWEEP_MS;
    await this.needs.sweep(this.rounds.signal);
  }

  private async removeOld(pipeline: string, status: EndedStatus, endedBefore: number): Promise<number> {
    const { retention } = this.needs.store;
    let removed = 0;
    let after: RunPosition | undefined;
    while (!this.stopped) {
      const runs = await retention.expired({ pipeline, status, endedBefore, after, limit: BATCH });
      if (runs.length === 0) break;
      removed += await this.remove(runs.map(({ id }) => id));
      after = runs.at(-1);
    }
    return removed;
  }

  /** Removes runs with all that belongs to them: children first, each batch in a transaction of its own. */
  private async remove(roots: readonly string[]): Promise<number> {
    const { retention } = this.needs.store;
    let removed = 0;
    for (let left = new Set(roots); left.size > 0 && !this.stopped;) {
      const runs = await retention.withChildren([...left]);
      const gone = await this.removeAtRate(runs);
      removed += gone;
      // Somebody else has them in hand.
      if (gone === 0) break;
      left = new Set([...left].filter((id) => !runs.includes(id)));
    }
    return removed;
  }

  private async removeAtRate(runs: readonly string[]): Promise<number> {
    const { store, archive, perSecond } = this.needs;
    const since = performance.now();
    if (archive) await archive.add(await store.retention.records(runs));
    const gone = await store.retention.remove(runs);
    const rest = (1_000 * gone) / perSecond - (performance.now() - since);
    const { signal } = this.rounds;
    if (rest > 0) await sleep(rest, { signal }).catch(() => undefined);
    return gone;
  }

  private get stopped(): boolean {
    return this.rounds.signal.aborted;
  }
}
