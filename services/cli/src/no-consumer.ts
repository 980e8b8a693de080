import { RunView } from '@millrace/contracts/http';
import { sleep } from '@millrace/contracts/timers';
import type { Client } from './client.js';

const EVERY_MS = 3_000;

/** Tells of each stage that a run comes to wait for and that no process serves, until `signal` is aborted. */
export async function tellUnserved(
  client: Pick<Client, 'get'>,
  run: string,
  { say, signal, everyMs = EVERY_MS }: { say: (text: string) => void; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  let told: readonly string[] = [];
  while (!signal.aborted) {
    await sleep(everyMs, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A gateway that is away for a moment is whoever follows the run's to tell.
    const view = await client.get(`/v1/runs/${run}`, RunView).catch(() => undefined);
    if (!view) continue;
    const unserved = view.noConsumer ?? [];
    for (const stage of unserved)
      if (!told.includes(stage))
        say(`no consumer: no process serves the stage ${stage}. Start it, and the run goes on.\n`);
    told = unserved;
  }
}
