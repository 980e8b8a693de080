import { sleep } from '@millrace/contracts/timers';

export interface Patience {
  /** Says of an error whether the same question may have another answer later. */
  readonly mayPass: (error: unknown) => boolean;
  readonly forMs: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/** Longer than Kafka takes to elect the leaders of its partitions and the coordinators of its groups. */
export const WHILE_KAFKA_STARTS = { forMs: 15_000, firstPauseMs: 50, maxPauseMs: 1_000 } as const;

/**
 * Asks until there is an answer, an error that stays, or no patience any more: a Kafka that starts, or that has just lost a broker,
 * refuses many questions for a while. `ask` is told whether this is not the first time: what was known then may be out of date.
 * @throws what `ask` has thrown last
 */
export async function patiently<T>(
  { mayPass, forMs, firstPauseMs, maxPauseMs }: Patience,
  ask: (isAgain: boolean) => Promise<T>,
): Promise<T> {
  const end = performance.now() + forMs;
  for (let pause = firstPauseMs, isAgain = false; ; isAgain = true, pause = Math.min(pause * 1.5, maxPauseMs)) {
    try {
      return await ask(isAgain);
    } catch (error) {
      if (!mayPass(error) || performance.now() > end) throw error;
    }
    await sleep(pause);
  }
}
