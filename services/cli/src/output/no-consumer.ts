import type { Runs } from '@millrace/client';
import { sleep } from '@millrace/contracts/timers';

const EVERY_MS = 3_000;

/** Tells of each stage that a run comes to wait for and that no process serves, until `signal` is aborted. */
export async function tellUnserved(
  runs: Pick<Runs, 'get'>,
  run: string,
  { say, signal, everyMs = EVERY_MS }: { say: (text: string) => void; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  let told: readonly string[] = [];
  while (!signal.aborted) {
    await sleep(everyMs, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A gateway that is away for a moment is whoever follows the run's to tell.
    const view = await runs.get(run, { signal }).catch(() => undefined);
    if (!view) continue;
    const unserved = view.noConsumer ?? [];
    for (const stage of unserved)
      if (!told.includes(stage))
        say(`no consumer: no process serves the stage ${stage}. Start it, and the run goes on.\n`);
    told = unserved;
  }
}
