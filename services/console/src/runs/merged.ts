import type { RunSummaryView } from '@millrace/client';

/** Puts what is newly known of runs in place of what was shown, and counts those that are not shown yet. */
export function merged(
  shown: readonly RunSummaryView[],
  head: readonly RunSummaryView[],
): { readonly rows: readonly RunSummaryView[]; readonly fresh: number } {
  const known = new Map(head.map((run) => [run.id, run]));
  const ids = new Set(shown.map(({ id }) => id));
  const first = shown[0]?.acceptedAt ?? '';
  return {
    rows: shown.map((run) => known.get(run.id) ?? run),
    fresh: head.filter(({ id, acceptedAt }) => !ids.has(id) && acceptedAt >= first).length,
  };
}
