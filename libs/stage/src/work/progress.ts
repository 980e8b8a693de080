import { cut } from '@millrace/contracts';
import { startTimer, type Timer } from '@millrace/contracts/timers';

const YOUNGEST_MS = 1_000;
const EVERY_MS = 1_000;

export interface Said {
  readonly fraction: number;
  readonly message: string | undefined;
}

/** Lets through what a step says about itself: nothing in its first second, then the newest at most once a second. */
export class ProgressReporter {
  private newest: Said | undefined;
  private timer: Timer | undefined;
  private next: number;

  constructor(
    private readonly publish: (said: Said) => void,
    startedAt: number,
    private readonly now: () => number,
  ) {
    this.next = startedAt + YOUNGEST_MS;
  }

  say(fraction: number, message: string | undefined): void {
    const within = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
    this.newest = { fraction: within, message: message === undefined ? undefined : cut(message, 200) };
    this.timer ??= startTimer(Math.min(EVERY_MS, this.next - this.now()), () => this.tell());
  }

  stop(): void {
    this.timer?.stop();
    this.timer = undefined;
    this.newest = undefined;
  }

  private tell(): void {
    this.timer = undefined;
    if (!this.newest) return;
    this.next = this.now() + EVERY_MS;
    this.publish(this.newest);
    this.newest = undefined;
  }
}
