import { sleep } from '@millrace/contracts/timers';

/** The time for which an answer waits for the coordinator's decision, and the interval at which it looks. */
const LONGEST_WAIT_MS = 10_000;
const LOOK_MS = 25;

/** Waits for the outcome of a request; undefined where it is not known in time. */
export async function untilApplied<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const end = performance.now() + LONGEST_WAIT_MS; performance.now() < end; await sleep(LOOK_MS)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}
