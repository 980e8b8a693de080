import type { Incoming } from '@millrace/broker';
import { BoundedMap, readControl } from '@millrace/contracts';
import { follow, type FollowerContext } from './follow.js';

/** The number of cancelled runs that are remembered, the newest ones: about 10 MB. The coordinator catches a forgotten one. */
const REMEMBERED = 100_000;
/** The time by which a service's clock may be behind the coordinator's. */
const CLOCK_MS = 60_000;

/**
 * Runs that were cancelled while this service was up. A cancellation stops what the coordinator asked for up to then, and nothing that
 * it asks for later: it sends nothing for a run that it has cancelled, so that it has not cancelled that run.
 */
export interface Cancellations extends AsyncDisposable {
  /** Returns true when what was asked for at `asked` is cancelled. */
  isCancelled(run: string, asked: number): boolean;
  /** Calls `cancelled` when what was asked for at `asked` is. Returns what stops listening. */
  onCancel(run: string, asked: number, cancelled: () => void): () => void;
}

/** Follows the topic of control records from its end. */
export async function followCancellations(
  runtime: FollowerContext,
  options: { readonly remembered?: number; readonly now?: () => number } = {},
): Promise<Cancellations> {
  const { remembered = REMEMBERED, now = Date.now } = options;
  const cancelled = new BoundedMap<number>(remembered);
  const listening = new Map<string, Set<(at: number) => void>>();

  const see = ({ value, timestamp }: Incoming): string | undefined => {
    const control = readControl(value);
    if (!control) return 'it is no control record';
    if (control.type !== 'run.cancelled') return undefined;
    const { run } = control;
    // Whoever writes it says when it was: not later than it came.
    const at = Math.max(Math.min(control.at, timestamp, now() + CLOCK_MS), cancelled.get(run) ?? 0);
    cancelled.set(run, at);
    for (const tell of [...(listening.get(run) ?? [])]) tell(at);
    return undefined;
  };

  const tail = await follow(runtime, { topic: runtime.topics.control, from: 'end' }, see);
  return {
    isCancelled: (run, asked) => asked <= (cancelled.get(run) ?? -Infinity),
    onCancel: (run, asked, cancelled) => {
      const tell = (at: number) => asked <= at && cancelled();
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
