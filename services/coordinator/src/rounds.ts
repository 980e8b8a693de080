import { startTimer, type Timer } from '@millrace/contracts/timers';

interface RoundsOptions {
  /** The pause before the first round. */
  readonly firstMs: number;
  /** Works once; returns the pause after it. */
  readonly round: () => Promise<number>;
  /** Tells of a round that failed; returns the pause after it. */
  readonly failed: (error: unknown) => number;
}

/** Work that is done in rounds, one after the other with a pause between them, until it is stopped. */
export class Rounds {
  private timer: Timer | undefined;
  private working: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(private readonly options: RoundsOptions) {}

  /** Fires when the work is to stop. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  start(): void {
    this.schedule(this.options.firstMs);
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.timer?.stop();
    await this.working;
  }

  private schedule(ms: number): void {
    if (this.signal.aborted) return;
    const { round, failed } = this.options;
    this.timer = startTimer(ms, () => {
      this.working = round().then(
        (pauseMs) => this.schedule(pauseMs),
        (error: unknown) => this.schedule(failed(error)),
      );
    });
  }
}
