import { sleep } from '@millrace/contracts/timers';
import type { Telemetry } from '@millrace/telemetry';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** The error codes of a server that is not there, or not yet. */
const AWAY = new Set<unknown>(['BROKER_UNAVAILABLE', 'STORE_UNAVAILABLE']);

/** Returns what `work` returns once the server that it needs can be reached, asked with growing pauses. Rejects with any other error, and when `signal` fires. */
export async function untilReached<T>(
  { log, signal }: { readonly log: Telemetry['log']; readonly signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!AWAY.has(code)) throw error;
      const what = code === 'STORE_UNAVAILABLE' ? 'database' : 'broker';
      log.warn({ err: error, againInMs: pause }, `The ${what} cannot be reached yet.`);
      await sleep(pause, { signal });
    }
  }
}
