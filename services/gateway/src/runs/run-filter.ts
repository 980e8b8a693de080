import { FinerState } from '@millrace/contracts';
import { type Filter, FilterError } from '@millrace/pipeline/engine';
import { readRunFilter, RUN_FIELDS } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';
import type { RunsQuery } from '../http/queries.js';

type Asked = Partial<Pick<RunsQuery, 'where' | 'code' | 'tag' | 'text' | 'since' | 'until' | 'state'>>;

/**
 * Returns the filter that a request states, in CEL and by name; undefined where it states none. The state `no-consumer` is left out: no row says it.
 * @throws {RequestProblem} INVALID_REQUEST
 */
export function runFilterOf({ where, code, tag, text, since, until, state }: Asked, now: number): Filter | undefined {
  const filters: readonly Filter[] = [
    ...(where === undefined ? [] : [read(where, now)]),
    ...(code === undefined ? [] : [{ is: 'equal', field: fieldOf('code'), value: code } as const]),
    ...(tag === undefined ? [] : [{ is: 'has', field: fieldOf('tags'), value: tag } as const]),
    ...(text === undefined ? [] : [titleWith(text)]),
    ...(since === undefined ? [] : [{ is: 'ordered', field: fieldOf('acceptedAt'), by: '>=', value: since } as const]),
    ...(until === undefined ? [] : [{ is: 'ordered', field: fieldOf('acceptedAt'), by: '<', value: until } as const]),
    ...(state === undefined ? [] : [inState(state)]),
  ];
  return filters.length === 0 ? undefined : { is: 'and', of: filters };
}

function read(where: string, now: number): Filter {
  try {
    return readRunFilter(where, now);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new RequestProblem('INVALID_REQUEST', `The filter cannot be used: ${error.message}.`, {
      errors: [{ pointer: '/where', detail: error.message }],
    });
  }
}

function fieldOf(name: keyof typeof RUN_FIELDS) {
  const type = RUN_FIELDS[name]?.type;
  if (type === undefined || type === 'map' || type === 'json') throw new Error(`"${name}" is no field of a run`);
  return { name, shown: name, type };
}

const titleWith = (text: string): Filter => ({
  is: 'text',
  field: fieldOf('title'),
  test: 'contains',
  part: text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
  isFolded: true,
});

const equalTo = (name: 'status' | 'state', value: string): Filter => ({ is: 'equal', field: fieldOf(name), value });

function inState(state: NonNullable<Asked['state']>): Filter {
  // Such runs run: which of them nobody serves is seen by their facts.
  if (state === 'no-consumer')
    return { is: 'or', of: [equalTo('status', 'running'), equalTo('status', 'compensating')] };
  const isFiner = FinerState.options.some((one) => one === state);
  return isFiner || state === 'running' || state === 'waiting' ? equalTo('state', state) : equalTo('status', state);
}
