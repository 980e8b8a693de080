import { startTimer, type Timer } from '@millrace/contracts/timers';
import { type Priority, PRIORITY_SHARES, type StageLimits } from '@millrace/contracts';
import { WorkLost } from './work-lost.js';

/** The properties that decide when a record's turn comes. */
export interface Claim {
  readonly priority: Priority;
  readonly tenant: string;
  readonly partition: number;
}

interface Waiting extends Claim {
  readonly begin: () => void;
}

/** Waits in line: `passed` grows by the inverse of its weight with each turn it gets, so the least is next. */
interface Line {
  passed: number;
  readonly waiting: Waiting[];
}

/** Limits as one process keeps them: the shares of the partitions it has. */
interface Bounds {
  readonly limits: StageLimits;
  readonly partitions: number;
  /** The starts per second of each partition, where the stage has a rate. */
  readonly rate: number | undefined;
}

/**
 * Chooses which waiting command is worked on next, so many at once: by priority, within it by tenant (each as its weight says), within that in the order of arrival.
 * Where the stage is limited, each partition has its share of the limit, so that all processes together keep it without a word between them.
 */
export class Turns {
  private readonly classes = new Map<Priority, Line & { readonly tenants: Map<string, Line> }>();
  private readonly active = new Map<number, number>();
  private readonly tokens = new Map<number, { count: number; at: number }>();
  private bounds: Bounds | undefined;
  private paused = false;
  private busy = 0;
  private count = 0;
  private closed = false;
  private timer: Timer | undefined;

  constructor(
    private readonly concurrency: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get waiting(): number {
    return this.count;
  }

  /** From now on; undefined for no limits. `partitions` is how many the stage's topic has. */
  limit(limits: StageLimits | undefined, partitions: number): void {
    this.bounds = limits && { limits, partitions, rate: limits.perSecond && limits.perSecond / partitions };
    this.tokens.clear();
    this.go();
  }

  /** Nobody begins from now on, or those who may. */
  pause(paused: boolean): void {
    this.paused = paused;
    this.go();
  }

  /** Resolves when it is this one's turn; call what it gives when the work has ended. Rejects where it is no longer ours, or the stage ends. */
  async take(claim: Claim, signal: AbortSignal): Promise<() => void> {
    if (this.closed || signal.aborted) throw new WorkLost('The work is no longer ours.');
    if (this.count > 0 || !this.mayBegin(claim)) await this.wait(claim, signal);
    else this.begun(claim);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.work(claim, -1);
      this.go();
    };
  }

  /** Lets others work while this one waits for a model; call what it gives when the wait has ended. */
  suspend(claim: Pick<Claim, 'partition'>): () => void {
    this.work(claim, -1);
    this.go();
    return () => this.work(claim, 1);
  }

  /** Counts work that begins or ends. */
  private work({ partition }: Pick<Claim, 'partition'>, change: 1 | -1): void {
    this.busy += change;
    this.active.set(partition, (this.active.get(partition) ?? 0) + change);
  }

  /** Sends away those who wait with a record of a partition that goes to another process. */
  release(partition: number): void {
    for (const [leave, claim] of this.sendAway) if (claim.partition === partition) leave();
  }

  /** Nobody begins any more: those who wait are sent away. */
  close(): void {
    this.closed = true;
    this.timer?.stop();
    for (const leave of this.sendAway.keys()) leave();
  }

  private readonly sendAway = new Map<() => void, Claim>();

  private wait(claim: Claim, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = () => {
        signal.removeEventListener('abort', leave);
        this.sendAway.delete(leave);
      };
      const item: Waiting = {
        ...claim,
        begin: () => {
          forget();
          resolve();
        },
      };
      const leave = () => {
        forget();
        this.remove(item);
        reject(new WorkLost('The work is no longer ours.'));
      };
      signal.addEventListener('abort', leave);
      this.sendAway.set(leave, claim);
      this.enqueue(item);
      this.go();
    });
  }

  private enqueue(item: Waiting): void {
    let line = this.classes.get(item.priority);
    if (!line) this.classes.set(item.priority, (line = { passed: 0, waiting: [], tenants: new Map<string, Line>() }));
    // Who comes back after a pause gets no turns for the time it was away.
    if (line.tenants.size === 0) line.passed = Math.max(line.passed, leastOf(this.lines()));
    let tenant = line.tenants.get(item.tenant);
    if (!tenant) {
      tenant = { passed: leastOf(line.tenants.values()), waiting: [] };
      line.tenants.set(item.tenant, tenant);
    }
    tenant.waiting.push(item);
    this.count++;
  }

  private remove(item: Waiting): void {
    const line = this.classes.get(item.priority);
    const tenant = line?.tenants.get(item.tenant);
    const at = tenant?.waiting.indexOf(item) ?? -1;
    if (!line || !tenant || at < 0) return;
    tenant.waiting.splice(at, 1);
    if (tenant.waiting.length === 0) line.tenants.delete(item.tenant);
    this.count--;
  }

  private *lines(): Iterable<Line> {
    for (const line of this.classes.values()) if (line.tenants.size > 0) yield line;
  }

  /** Begins all that may. */
  private go(): void {
    while (this.count > 0 && !this.paused && this.busy < this.concurrency) {
      const next = this.next();
      if (!next) break;
      this.remove(next);
      this.begun(next);
      next.begin();
    }
    this.lookAgain();
  }

  /** The first that may begin, of the line that was passed over most. */
  private next(): Waiting | undefined {
    const classes = [...this.classes]
      .filter(([, { tenants }]) => tenants.size > 0)
      .sort(([, a], [, b]) => a.passed - b.passed);
    for (const [priority, line] of classes) {
      for (const [name, tenant] of [...line.tenants].sort(([, a], [, b]) => a.passed - b.passed)) {
        const found = tenant.waiting.find((item) => this.mayBegin(item));
        if (!found) continue;
        line.passed += 1 / PRIORITY_SHARES[priority];
        tenant.passed += 1 / (this.bounds?.limits.weights?.[name] ?? 1);
        return found;
      }
    }
    return undefined;
  }

  private begun(claim: Claim): void {
    this.work(claim, 1);
    if (this.bounds?.rate !== undefined) this.bucketOf(claim.partition, this.bounds.rate).count -= 1;
  }

  private mayBegin({ partition }: Claim): boolean {
    if (this.paused || this.busy >= this.concurrency) return false;
    if (!this.bounds) return true;
    const { limits, rate } = this.bounds;
    if (
      limits.concurrency !== undefined &&
      (this.active.get(partition) ?? 0) >= shareOf(this.bounds, limits.concurrency, partition)
    )
      return false;
    return rate === undefined || this.bucketOf(partition, rate).count >= 1;
  }

  /** A partition's right to begin, which grows with time up to one second's worth. */
  private bucketOf(partition: number, rate: number): { count: number; at: number } {
    const most = Math.max(1, rate);
    const now = this.now();
    const bucket = this.tokens.get(partition) ?? { count: 1, at: now };
    bucket.count = Math.min(most, bucket.count + ((now - bucket.at) / 1_000) * rate);
    bucket.at = now;
    this.tokens.set(partition, bucket);
    return bucket;
  }

  /** Looks again later: a command that only the rate holds up can begin as time passes. */
  private lookAgain(): void {
    const rate = this.bounds?.rate;
    this.timer?.stop();
    if (this.closed || this.paused || rate === undefined || this.count === 0 || this.busy >= this.concurrency) return;
    this.timer = startTimer(Math.min(1_000, Math.max(1, 1_000 / rate / 2)), () => this.go());
  }
}

/** Returns a partition's part of a limit: all parts together are the limit. */
function shareOf({ partitions }: Bounds, limit: number, partition: number): number {
  return Math.floor(limit / partitions) + (partition % partitions < limit % partitions ? 1 : 0);
}

function leastOf(lines: Iterable<Line>): number {
  let least = Infinity;
  for (const { passed } of lines) least = Math.min(least, passed);
  return least === Infinity ? 0 : least;
}
