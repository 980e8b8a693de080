import { startTimer } from '@millrace/contracts/timers';

/** Lets callers wait for a condition, which is looked at whenever something has changed. */
export class Changes {
  private readonly waiting = new Set<() => void>();

  /** Resolves when `met` is true, or after `ms`. */
  until(met: () => boolean, ms: number): Promise<void> {
    if (met() || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (met()) done();
      };
      const done = (): void => {
        timer.stop();
        this.waiting.delete(look);
        resolve();
      };
      const timer = startTimer(ms, done);
      this.waiting.add(look);
    });
  }

  tell(): void {
    for (const look of this.waiting) look();
  }
}

/** A partition that may be given up. */
export interface Releasable {
  readonly inFlight: number;
  /** Nothing that is finished waits for its commit. */
  readonly flushed: boolean;
}

interface Release {
  cancelled: boolean;
  done: Promise<void>;
}

const FLUSH_MS = 10_000;

/** The partitions of a consumption that are being given up: nothing more is taken of them, and what is in hand is finished. */
export class Releases {
  private readonly begun = new Map<number, Release>();

  constructor(
    private readonly changes: Changes,
    private readonly onRelease: ((partition: number) => void) | undefined,
  ) {}

  has(partition: number): boolean {
    return this.begun.has(partition);
  }

  /**
   * Waits at most `ms` for what is in hand, then for its commit, and then calls `letGo` unless the release was cancelled.
   * A second call for the same partition waits for the first.
   */
  begin(partition: number, owner: Releasable, { ms, letGo }: { ms: number; letGo: () => void }): Promise<void> {
    const under = this.begun.get(partition);
    if (under) return under.done;
    const release: Release = { cancelled: false, done: Promise.resolve() };
    this.begun.set(partition, release);
    this.onRelease?.(partition);
    const finish = async (): Promise<void> => {
      await this.changes.until(() => release.cancelled || owner.inFlight === 0, ms);
      await this.changes.until(() => release.cancelled || owner.flushed, FLUSH_MS);
      if (!release.cancelled) letGo();
    };
    return (release.done = finish());
  }

  /** The partition stays, or is gone already. */
  cancel(partition: number): void {
    const release = this.begun.get(partition);
    if (!release) return;
    release.cancelled = true;
    this.begun.delete(partition);
    this.changes.tell();
  }
}
