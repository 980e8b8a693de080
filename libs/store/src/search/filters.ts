import { FinerState, RunStatus } from '@millrace/contracts';
import { type Fields, type Filter, readFilter } from '@millrace/pipeline/engine';
import type { RunFilter } from './run-filter.js';

/** The fields of a run by which it is found. */
export const RUN_FIELDS: Fields = {
  id: { type: 'text' },
  pipeline: { type: 'text' },
  plan: { type: 'text' },
  status: { type: 'text', values: RunStatus.options },
  state: { type: 'text', values: [...RunStatus.options, ...FinerState.options] },
  degraded: { type: 'boolean' },
  title: { type: 'text' },
  code: { type: 'text' },
  tags: { type: 'texts' },
  attributes: { type: 'map' },
  outcomes: { type: 'map' },
  acceptedAt: { type: 'time' },
  endedAt: { type: 'time' },
};

/** Reads a filter of runs. @throws {FilterError} */
export const readRunFilter = (text: string, now: number): Filter => readFilter(text, RUN_FIELDS, now);

/** Returns the filters that a request states by name. */
export function filtersOf({
  status,
  pipeline,
  degraded,
}: Pick<RunFilter, 'status' | 'pipeline' | 'degraded'>): Filter[] {
  const equal = (name: keyof typeof RUN_FIELDS, value: string | boolean | undefined): Filter[] =>
    value === undefined
      ? []
      : [{ is: 'equal', field: { name, shown: name, type: typeof value === 'boolean' ? 'boolean' : 'text' }, value }];
  return [...equal('status', status), ...equal('pipeline', pipeline), ...equal('degraded', degraded)];
}

/** Returns the filter of runs with a value of a business attribute. */
export const attributeIs = (name: string, value: string | number | boolean): Filter => ({
  is: 'equal',
  field: { name: 'attributes', key: name, type: 'any', shown: `attributes.${name}` },
  value,
});
