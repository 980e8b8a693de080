import type { QueryOf } from '@millrace/client';
import { sinceTime } from '../time/since.js';

const NAMES = [
  ...(['state', 'status', 'pipeline', 'degraded', 'parent', 'code', 'tag', 'text', 'where', 'since'] as const),
] as const;
type Name = (typeof NAMES)[number];

/** The filters of the list as they stand in the address. */
export type RunsSearch = Readonly<Partial<Record<Name, string>>>;

type Asked = QueryOf<'listRuns'>;
type State = NonNullable<Asked['state']>;

/** The states of runs, those first that somebody may have to do something about. */
export const STATES: readonly State[] = [
  ...([
    'no-consumer',
    'dead-lettered',
    'retrying',
    'waiting-for-model',
    'waiting-for-person',
    'waiting-for-signal',
    'sleeping',
  ] as const),
  ...([
    'waiting-for-run',
    'held',
    'paused',
    'running',
    'waiting',
    'compensating',
    'failed',
    'cancelled',
    'completed',
  ] as const),
];

/** Reads the address: what is no filter is left out. */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const found = NAMES.map((name) => [name, search[name]] as const);
  return Object.fromEntries(
    found
      .filter(([, value]) => ['string', 'boolean', 'number'].includes(typeof value) && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
}

/** Returns the filters as the API takes them. */
export function filtersOf(search: RunsSearch, now: Date): Asked {
  const { status, state, degraded, since, ...others } = search;
  const from = sinceTime(since, now);
  return {
    ...others,
    ...(state !== undefined && { state: state as State }),
    ...(status !== undefined && { status: status as NonNullable<Asked['status']> }),
    ...((degraded === 'true' || degraded === 'false') && { degraded }),
    ...(from !== undefined && { since: from }),
  };
}

/** Returns the filters without some of them. */
export const without = (search: RunsSearch, ...names: readonly Name[]): RunsSearch =>
  Object.fromEntries(Object.entries(search).filter(([name]) => !names.some((one) => one === name)));
