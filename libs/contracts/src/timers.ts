// Timers of any length. Those of Node.js and of browsers fire at once beyond 2^31 ms (24.8 days), and where the length is no number.

import { setTimeout as pause } from 'node:timers/promises';

/** The longest that a timer of Node.js can wait. */
const LONGEST_MS = 2 ** 31 - 1;

export interface Timer {
  /** The timer does not fire any more. */
  stop(): void;
  /** The process may end although the timer has not fired. */
  unref(): Timer;
}

/** Calls `due` once, after `ms`; at once where that has passed, never where it is infinite. Waits by a clock that nobody sets. */
export function startTimer(ms: number, due: () => void): Timer {
  const end = performance.now() + waited(ms);
  let isHeld = true;
  let handle: NodeJS.Timeout;
  const wait = (left: number): void => {
    handle = setTimeout(
      () => {
        if (left > LONGEST_MS) wait(end - performance.now());
        else due();
      },
      Math.min(left, LONGEST_MS),
    );
    if (!isHeld) handle.unref();
  };
  wait(waited(ms));
  const timer: Timer = {
    stop: () => clearTimeout(handle),
    unref: () => {
      isHeld = false;
      handle.unref();
      return timer;
    },
  };
  return timer;
}

/** Calls `due` every `ms` until it is stopped. */
export function startInterval(ms: number, due: () => void): Timer {
  let isHeld = true;
  let next: Timer;
  const wait = (): void => {
    next = startTimer(ms, () => {
      wait();
      due();
    });
    if (!isHeld) next.unref();
  };
  wait();
  const timer: Timer = {
    stop: () => next.stop(),
    unref: () => {
      isHeld = false;
      next.unref();
      return timer;
    },
  };
  return timer;
}

/** Resolves after `ms`. Rejects with an AbortError when `signal` is aborted before. */
export async function sleep(ms: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
  const end = performance.now() + waited(ms);
  let left = waited(ms);
  for (; left > LONGEST_MS; left = end - performance.now()) await pause(LONGEST_MS, undefined, { signal });
  await pause(Math.max(0, left), undefined, { signal });
}

/** Returns a signal that is aborted with a TimeoutError after `ms`. It does not keep the process alive. */
export function timeoutSignal(ms: number): AbortSignal {
  const wait = Math.ceil(waited(ms));
  if (wait <= LONGEST_MS) return AbortSignal.timeout(wait);
  const late = new AbortController();
  startTimer(wait, () =>
    late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  ).unref();
  return late.signal;
}

function waited(ms: number): number {
  if (Number.isNaN(ms)) throw new RangeError('A timer cannot wait for NaN ms: give it a number of milliseconds.');
  return Math.max(0, ms);
}
