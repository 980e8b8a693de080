import type { QueryOf } from '@millrace/client';

/** The filters of the list as they stand in the address. */
export interface RunsSearch {
  readonly status?: string;
  readonly pipeline?: string;
  readonly degraded?: string;
  readonly parent?: string;
}

export const STATUSES = [
  ...['running', 'waiting', 'held', 'paused', 'dead-lettered', 'compensating', 'failed', 'cancelled', 'completed'],
] as const;

const NAMES = ['status', 'pipeline', 'degraded', 'parent'] as const;

/** Reads the address: what is no filter is left out. */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const found = NAMES.map((name) => [name, search[name]] as const);
  return Object.fromEntries(
    found
      .filter(([, value]) => (typeof value === 'string' && value !== '') || typeof value === 'boolean')
      .map(([name, value]) => [name, String(value)]),
  );
}

/** Returns the filters as the API takes them. */
export function filtersOf({ status, pipeline, degraded, parent }: RunsSearch): QueryOf<'listRuns'> {
  return {
    ...(status !== undefined && { status: status as NonNullable<QueryOf<'listRuns'>['status']> }),
    ...(pipeline !== undefined && { pipeline }),
    ...((degraded === 'true' || degraded === 'false') && { degraded }),
    ...(parent !== undefined && { parent }),
  };
}
