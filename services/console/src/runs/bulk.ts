import type { QueryOf, RunSummaryView } from '@millrace/client';
import { type ByWhom } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';

export type BulkKind = 'pause' | 'resume' | 'cancel';

/** The most runs that one act is about: whoever wants more narrows the filters. */
export const MOST_RUNS = 2_000;
const PAGE = 200;
const AT_ONCE = 6;

/** Reads the runs that fit the filters and have not ended, up to `MOST_RUNS`. */
export async function matching(filters: QueryOf<'listRuns'>, signal: AbortSignal): Promise<readonly RunSummaryView[]> {
  const found: RunSummaryView[] = [];
  for await (const run of millrace.runs.list({ ...filters, limit: PAGE }, { signal })) {
    if (run.endedAt === undefined) found.push(run);
    if (found.length >= MOST_RUNS) break;
  }
  return found;
}

export interface BulkProgress {
  readonly done: number;
  readonly refused: number;
}

interface Bulk {
  readonly kind: BulkKind;
  readonly runs: readonly RunSummaryView[];
  readonly byWhom: ByWhom;
  readonly signal: AbortSignal;
  readonly progress: (progress: BulkProgress) => void;
}

/** Acts on each run, some at once. A run that refuses, because it has ended meanwhile, is counted; whoever aborts leaves the rest as it is. */
export async function actOnAll({ kind, runs, byWhom, signal, progress }: Bulk): Promise<BulkProgress> {
  const left = [...runs];
  let [done, refused] = [0, 0];
  const work = async () => {
    for (let run = left.shift(); run && !signal.aborted; run = left.shift()) {
      await millrace.runs[kind](run.id, byWhom).catch(() => void refused++);
      done++;
      progress({ done, refused });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { done, refused };
}
