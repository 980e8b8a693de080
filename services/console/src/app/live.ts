import type { ChangeView } from '@millrace/client';
import { useEffect, useSyncExternalStore } from 'react';
import { millrace } from './place.js';
import { queries } from './queries.js';
import { useIsVisible } from './visible.js';

/** A part of what the gateway shows, whose changes are told apart. */
export type Part = ChangeView['of'][number];

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly follows?: readonly Part[] };
  }
}

/** The options of a query that is asked again when one of these parts has changed, and at no other time. */
export const follows = (...parts: readonly Part[]) => ({ meta: { follows: parts } });

/** The least time between two refreshes, so that a busy installation is not asked without end. */
const BETWEEN_MS = 400;
const RECONNECT_MS = { first: 500, longest: 4_000 };

/** The time at which the connection was lost; undefined while it is there. */
let lostSince: number | undefined;
const listeners = new Set<() => void>();

function setLost(at: number | undefined): void {
  if ((lostSince === undefined) === (at === undefined)) return;
  lostSince = at;
  for (const tell of listeners) tell();
}

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => void listeners.delete(tell);
};

/** Returns the time at which the gateway stopped telling of changes; undefined while it does. */
export const useLostSince = (): number | undefined => useSyncExternalStore(subscribe, () => lostSince);

/** Keeps what is shown up to date while the tab is looked at: the gateway says what has changed, and that alone is read again. */
export function useLiveChanges(): void {
  const isVisible = useIsVisible();
  useEffect(() => {
    if (!isVisible) return;
    const ends = new AbortController();
    void watch(ends.signal);
    return () => ends.abort();
  }, [isVisible]);
}

async function watch(signal: AbortSignal): Promise<void> {
  let wait = RECONNECT_MS.first;
  while (!signal.aborted) {
    try {
      for await (const { of } of millrace.changes({ signal })) {
        wait = RECONNECT_MS.first;
        setLost(undefined);
        refresh(of);
      }
    } catch {
      // The gateway is away, or cannot read its store: what is shown stays, with a mark.
    }
    if (signal.aborted) return;
    setLost(Date.now());
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, RECONNECT_MS.longest);
  }
}

const changed = new Set<Part>();
let isRefreshing = false;

/** Reads again what shows these parts. Changes that come meanwhile are one further refresh. */
function refresh(parts: readonly Part[]): void {
  for (const part of parts) changed.add(part);
  if (!isRefreshing) void refreshAll();
}

async function refreshAll(): Promise<void> {
  isRefreshing = true;
  while (changed.size > 0) {
    const parts = new Set(changed);
    changed.clear();
    await queries.invalidateQueries({
      predicate: ({ meta }) => meta?.follows?.some((part) => parts.has(part)) ?? false,
    });
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  isRefreshing = false;
}
