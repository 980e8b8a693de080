import type { Incoming } from '@millrace/broker';
import { Control, readJson } from '@millrace/contracts';
import type { House } from './house.js';

/** So many cancelled runs are remembered, the newest ones: about 10 MB. One forgotten is found out by the coordinator. */
const REMEMBERED = 100_000;

/** Runs that were cancelled while this service was up. */
export interface Cancellations extends AsyncDisposable {
  isCancelled(run: string): boolean;
  /** Calls `cancelled` when the run is. Returns what stops listening. */
  onCancel(run: string, cancelled: () => void): () => void;
}

/** Follows the topic of control records from its end. */
export async function followCancellations(
  house: Pick<House, 'broker' | 'topics' | 'telemetry'>,
  remembered = REMEMBERED,
): Promise<Cancellations> {
  const cancelled = new Set<string>();
  const listening = new Map<string, Set<() => void>>();

  const see = ({ value }: Incoming) => {
    const run = cancelledRun(value);
    if (run === undefined) return;
    cancelled.delete(run);
    cancelled.add(run);
    if (cancelled.size > remembered) cancelled.delete(cancelled.values().next().value!);
    for (const tell of [...(listening.get(run) ?? [])]) tell();
  };

  const tail = await house.broker.tail([house.topics.control], 'end', see);
  await tail.caughtUp;
  return {
    isCancelled: (run) => cancelled.has(run),
    onCancel: (run, tell) => {
      const all = listening.get(run) ?? new Set();
      listening.set(run, all.add(tell));
      return () => {
        all.delete(tell);
        if (all.size === 0) listening.delete(run);
      };
    },
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}

function cancelledRun(value: Buffer | null): string | undefined {
  const { data: control } = Control.safeParse(readJson(value ?? '').value);
  return control?.type === 'run.cancelled' ? control.run : undefined;
}
