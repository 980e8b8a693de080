import { hasEnded, type RunView } from '@millrace/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { useIsVisible } from '../app/visible.js';

const RECONNECT_MS = 1_000;
/** Beside its own facts: who serves its stages, and how its child runs stand. */
const followed = ({ steps }: RunView) =>
  follows(
    'stages',
    ...(steps.some(({ child, status }) => child !== undefined && status === 'running') ? (['store'] as const) : []),
  ).meta;

/** Reads a run, and follows it while its tab is looked at, until it has ended. */
export function useRun(id: string) {
  const queries = useQueryClient();
  const known = queries.getQueryData<RunView>(['run', id]);
  const query = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => millrace.runs.get(id, { signal }),
    // Nothing of a run that has ended changes.
    meta: known && !hasEnded(known) ? followed(known) : {},
  });
  const isLive = query.data !== undefined && !hasEnded(query.data);
  const isVisible = useIsVisible();
  useEffect(() => {
    if (!isLive || !isVisible) return;
    const ends = new AbortController();
    const refresh = paced(() => queries.invalidateQueries({ queryKey: ['run', id] }), ends.signal);
    void follow(id, ends.signal, refresh);
    return () => ends.abort();
  }, [id, isLive, isVisible, queries]);
  return query;
}

/** Facts of one moment are one refresh. */
const GATHER_MS = 120;

/**
 * Returns what asks for `read`, which is then called soon, until `signal` is aborted: never twice at once, and after a read that took long not
 * before as much time has passed again, so that a large run that does much leaves the page its time.
 */
function paced(read: () => Promise<unknown>, signal: AbortSignal): () => void {
  let [isAsked, isWorking] = [false, false];
  const work = async () => {
    isWorking = true;
    for (let wait = GATHER_MS; isAsked;) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (signal.aborted) return;
      isAsked = false;
      const since = performance.now();
      await read();
      wait = Math.max(GATHER_MS, performance.now() - since);
    }
    isWorking = false;
  };
  return () => {
    isAsked = true;
    if (!isWorking) void work();
  };
}

/** Calls `refresh` after each fact. A gateway that is away is asked again until it is back. */
async function follow(id: string, signal: AbortSignal, refresh: () => void): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    try {
      for await (const { seq } of millrace.runs.follow(id, { after, signal })) {
        after = seq;
        refresh();
      }
      refresh();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }
}

/** Reads the run's own plan. A plan never changes, so it is read once. */
export function usePlan(run: RunView | undefined) {
  return useQuery({
    queryKey: ['plan', run?.plan],
    // A child run's plan is a part of another one: `<hash>/<step>`.
    queryFn: ({ signal }) =>
      millrace.pipelines.version({ name: run?.pipeline ?? '', version: run?.plan ?? '' }, { signal }),
    enabled: run !== undefined && !run.plan.includes('/'),
    staleTime: Infinity,
    retry: false,
  });
}
