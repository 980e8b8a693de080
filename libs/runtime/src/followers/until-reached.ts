import { retry } from '@millrace/contracts/retry';
import type { Telemetry } from '@millrace/telemetry';

const BACK_OFF = { firstMs: 250, longestMs: 10_000 };
/** The error codes of a server that is not there, or not yet. */
const AWAY = new Set<unknown>(['BROKER_UNAVAILABLE', 'STORE_UNAVAILABLE']);

/** Returns what `work` returns once the server that it needs can be reached, asked with growing pauses. Rejects with any other error, and when `signal` fires. */
export function untilReached<T>(
  { log, signal }: { readonly log: Telemetry['log']; readonly signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const mayPass = (error: unknown): boolean => AWAY.has(codeOf(error));
  const onPause = (error: unknown, ms: number): void => {
    const what = codeOf(error) === 'STORE_UNAVAILABLE' ? 'database' : 'broker';
    log.warn({ err: error, againInMs: ms }, `The ${what} cannot be reached yet.`);
  };
  return retry({ backOff: BACK_OFF, mayPass, signal, onPause }, work);
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
