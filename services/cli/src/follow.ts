import { hasEnded, type MillraceClient, type RunView } from '@millrace/client';
import { Fact, type RunStatus } from '@millrace/contracts';

/** Facts after which a run may wait for somebody. */
const MAY_STAND_STILL: ReadonlySet<string> = new Set([
  'step.waiting',
  'step.child',
  'step.dead-lettered',
  'run.paused',
]);
const STANDS_STILL: ReadonlySet<RunStatus> = new Set(['waiting', 'dead-lettered', 'paused']);

export interface Following {
  readonly run: string;
  /** Facts up to this sequence number are known already. */
  readonly after?: number;
  readonly see: (fact: Fact, seq: number) => void;
  readonly signal: AbortSignal;
}

/** Sees each fact of a run once, until the run has ended or waits for somebody. Outlives a gateway that is restarted. */
export async function follow(client: MillraceClient, { run, after = 0, see, signal }: Following): Promise<RunView> {
  let seen = after;
  const tell = ({ seq, ...item }: { readonly seq: number }) => {
    if (seq <= seen) return;
    seen = seq;
    const { data: fact } = Fact.safeParse(item);
    if (fact) see(fact, seq);
  };
  for await (const fact of client.runs.follow(run, { after, signal })) {
    tell(fact);
    if (!MAY_STAND_STILL.has(fact.type)) continue;
    const view = await client.runs.get(run, { signal });
    // Of one that is over by now, the stream has the rest.
    if (hasEnded(view) || !(await standsStill(client, view, signal))) continue;
    for (const item of (await client.runs.history(run, { signal })).items) tell(item);
    return view;
  }
  return client.runs.get(run, { signal });
}

/** Tells whether nothing goes on in a run until somebody does something. One that sleeps, or whose child runs do, goes on by itself. */
async function standsStill(client: MillraceClient, view: RunView, signal: AbortSignal): Promise<boolean> {
  if (view.status !== 'waiting') return STANDS_STILL.has(view.status);
  if (view.steps.some(({ status, kind }) => status === 'waiting' && kind !== 'sleep')) return true;
  for (const { child, childStatus } of view.steps) {
    if (child === undefined || childStatus !== 'waiting') continue;
    if (await standsStill(client, await client.runs.get(child, { signal }), signal)) return true;
  }
  return false;
}
