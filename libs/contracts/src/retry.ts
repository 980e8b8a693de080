import { type BackOff, backOffMs } from './back-off.js';
import { sleep } from './timers.js';

export interface RetryOptions {
  readonly backOff: BackOff;
  /** Returns true for an error after which the same question may have another answer. Default: any error. */
  readonly mayPass?: (error: unknown) => boolean;
  /** An error later than this after the first try is final. Default: never. */
  readonly forMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each pause. */
  readonly onPause?: (error: unknown, ms: number) => void;
}

/**
 * Asks until there is an answer, an error that stays, or no time any more. `ask` is told whether it is asked again: what was known at the
 * first try may be out of date.
 * @throws the last error of `ask`; an AbortError when `signal` is aborted during a pause
 */
export async function retry<T>(options: RetryOptions, ask: (isAgain: boolean) => Promise<T>): Promise<T> {
  const { backOff, mayPass = () => true, forMs = Infinity, signal, onPause } = options;
  const end = performance.now() + forMs;
  for (let failures = 0; ;) {
    try {
      return await ask(failures > 0);
    } catch (error) {
      if (!mayPass(error) || performance.now() > end) throw error;
      const ms = backOffMs(backOff, ++failures);
      onPause?.(error, ms);
      await sleep(ms, { signal });
    }
  }
}
