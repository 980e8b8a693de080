import { startTimer, type Timer } from '@millrace/contracts/timers';

const FIRST_MS = 25;
const LONGEST_MS = 1000;

/** Writing that was refused, as on a full disk: why, and when it is tried again. */
export class Refusals {
  #why: Error | undefined;
  #timer: Timer | undefined;
  #ms = 0;

  /** The reason for which the last write was refused, until a write succeeds or there is room again. */
  get why(): Error | undefined {
    return this.#why;
  }

  /** Nothing is written now: it will be tried again. */
  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Calls `again` after a while, a longer one each time. */
  refused(why: Error, again: () => void): void {
    this.#why = why;
    this.#ms = Math.min(Math.max(this.#ms * 2, FIRST_MS), LONGEST_MS);
    this.#timer?.stop();
    this.#timer = startTimer(this.#ms, () => {
      this.#timer = undefined;
      again();
    });
  }

  /** Writing works. */
  over(): void {
    this.#why = undefined;
    this.#ms = 0;
  }

  stop(): void {
    this.#timer?.stop();
  }
}
