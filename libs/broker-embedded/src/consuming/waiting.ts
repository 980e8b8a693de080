import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Partition } from '../log/catalog.js';

/** The pauses before a rejected record or batch comes again. */
export const REJECTED = { firstMs: 10, longestMs: 5_000 };

/** Resolves with the promise, or after `ms`. */
export async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<void>((resolve) => (timer = startTimer(ms, resolve)));
  await Promise.race([promise, late]);
  timer?.stop();
}

/** The reason with which a signal is aborted: the record is the next owner's. */
export function lost({ topic, id }: Partition): Error {
  const reason = new Error(`Partition ${id} of ${topic.name} is no longer ours; its records come again elsewhere.`);
  reason.name = 'AbortError';
  return reason;
}
