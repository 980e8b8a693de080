import type { Filter } from '@millrace/pipeline/engine';
import type { RunRecord } from '@millrace/store';

/** Decides a filter over status and state, as a store would; a test of another field holds for every run. */
export function fits(run: RunRecord, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.is === 'and') return filter.of.every((one) => fits(run, one));
  if (filter.is === 'or') return filter.of.some((one) => fits(run, one));
  if (filter.is === 'not') return !fits(run, filter.of);
  if (filter.is === 'always') return filter.holds;
  if (filter.is !== 'equal') return true;
  if (filter.field.name === 'state') return (run.state ?? run.status) === filter.value;
  return filter.field.name !== 'status' || run.status === filter.value;
}
