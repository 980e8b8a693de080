import type { ActOutcome, Failure, JobItemStatus } from '@millrace/contracts';
import { floats, type Query, texts } from '../database.js';

/** The state that an item of a job has come to. */
export interface ItemResult {
  /** The dead letter, or the run. */
  readonly letter: string;
  readonly status: JobItemStatus;
  readonly failure?: Failure | undefined;
  /** For a comparison: what was found. */
  readonly result?: RunComparison | undefined;
}

/** The comparison of a run with the one that tries it once more. */
export interface RunComparison {
  readonly isSameOutput: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly isSame: boolean;
    readonly beforeMs?: number;
    readonly afterMs?: number;
  }[];
}

/** Writes the results of items. An item that has its result keeps it. */
export async function writeItems(
  query: Query,
  { job, at }: { readonly job: string; readonly at: number },
  results: readonly ItemResult[],
): Promise<void> {
  if (results.length === 0) return;
  await query.each(
    (rows, { time, json }) =>
      `update job_items set status = u.status, at = ${time('u.at')}, failure = ${json('u.failure')}, result = ${json('u.result')} from ${rows}
       where job_items.job = u.job and job_items.letter = u.letter and job_items.status in ('waiting', 'sent')`,
    {
      job: texts(results.map(() => job)),
      letter: texts(results.map(({ letter }) => letter)),
      status: texts(results.map(({ status }) => status)),
      at: floats(results.map(() => at)),
      failure: texts(results.map(({ failure }) => (failure ? JSON.stringify(failure) : null))),
      result: texts(results.map(({ result }) => (result ? JSON.stringify(result) : null))),
    },
  );
}

/** Writes the outcome of a redrive that a job asked for. */
export function settleItem(
  query: Query,
  { job, letter, outcome, at }: { job: string; letter: string; outcome: ActOutcome; at: number },
): Promise<void> {
  const result: ItemResult =
    outcome.status === 'applied'
      ? { letter, status: 'redriven' }
      : { letter, status: 'refused', failure: outcome.failure };
  return writeItems(query, { job, at }, [result]);
}
