import { sleep } from '@millrace/contracts/timers';
import { Fact, isOver, type RunStatus } from '@millrace/contracts';
import { History, RunView } from '@millrace/contracts/http';
import type { Client } from './client.js';
import { CliError, EXIT } from './exit.js';

/** Facts after which a run may wait for somebody. */
const MAY_STAND_STILL: ReadonlySet<string> = new Set([
  'step.waiting',
  'step.child',
  'step.dead-lettered',
  'run.paused',
]);
const STANDS_STILL: ReadonlySet<RunStatus> = new Set(['waiting', 'dead-lettered', 'paused']);
const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled']);
const PATIENCE_MS = 30_000;

export interface Following {
  readonly run: string;
  /** Facts up to this sequence number are known already. */
  readonly after?: number;
  readonly see: (fact: Fact, seq: number) => void;
  readonly signal: AbortSignal;
}

/** Sees each fact of a run once, until the run has ended or waits for somebody. Outlives a gateway that is restarted. */
export async function follow(client: Client, { run, after = 0, see, signal }: Following): Promise<RunView> {
  let seen = after;
  let heard = false;
  let lostSince: number | undefined;
  /** Shows the facts of the history that the stream did not send. */
  const seeRest = async () => {
    for (const { seq, ...item } of (await client.get(`/v1/runs/${run}/history`, History)).items) {
      if (seq <= seen) continue;
      see(Fact.parse(item), seq);
      seen = seq;
    }
  };
  for (;;) {
    try {
      for await (const event of client.events(run, seen)) {
        heard = true;
        lostSince = undefined;
        seen = Number(event.id);
        const { data: fact } = Fact.safeParse(JSON.parse(event.data));
        if (!fact) continue;
        see(fact, seen);
        if (ENDS.has(fact.type)) return await client.get(`/v1/runs/${run}`, RunView);
        if (!MAY_STAND_STILL.has(fact.type)) continue;
        const view = await client.get(`/v1/runs/${run}`, RunView);
        // Of one that is over by now, the stream has the rest.
        if (!(await standsStill(client, view))) continue;
        await seeRest();
        return view;
      }
      const view = await client.get(`/v1/runs/${run}`, RunView);
      if (isOver(view.status)) {
        await seeRest();
        return view;
      }
    } catch (error) {
      if (signal.aborted || !isLost(error) || !heard) throw error;
      lostSince ??= performance.now();
      if (performance.now() - lostSince > PATIENCE_MS) throw error;
    }
    await sleep(300, { signal });
  }
}

/** Tells whether nothing goes on in a run until somebody does something. One that sleeps, or whose child runs do, goes on by itself. */
async function standsStill(client: Client, view: RunView): Promise<boolean> {
  if (view.status !== 'waiting') return STANDS_STILL.has(view.status);
  if (view.steps.some(({ status, kind }) => status === 'waiting' && kind !== 'sleep')) return true;
  for (const { child, childStatus } of view.steps) {
    if (child === undefined || childStatus !== 'waiting') continue;
    if (await standsStill(client, await client.get(`/v1/runs/${child}`, RunView))) return true;
  }
  return false;
}

/** The connection, not the request. */
const isLost = (error: unknown): boolean =>
  error instanceof CliError ? error.exit === EXIT.noConnection : error instanceof TypeError;
